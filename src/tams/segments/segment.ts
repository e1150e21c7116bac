import type { TimeRange } from '../../shared/time/timerange.ts';
import type { JsonText } from '../../shared/paging.ts';

/** A URL outside of this store's control, given by a client (TAMS 7.0, `schemas/flow-segment-post.json`). */
export interface ExternalUrl {
  url: string;
  label?: string;
}

/** A URL from a client, perhaps copied from a listing, which marks the server's own. */
export interface GivenUrl extends ExternalUrl {
  presigned?: unknown;
  controlled?: unknown;
}

/** The body of `POST /flows/{flowId}/segments`, one of possibly many. */
export interface SegmentInput {
  object_id: string;
  timerange: string;
  ts_offset?: string;
  last_duration?: string;
  sample_offset?: number;
  sample_count?: number;
  get_urls?: GivenUrl[];
  key_frame_count?: number;
}

/** Location of one copy of an object. The path is made once, at allocation, and never computed again. */
export interface ObjectLocation {
  readonly storageId: string;
  readonly storagePath: string;
}

/** A segment as listings read it. */
export interface StoredSegment {
  readonly startNs: bigint;
  /** Exclusive. */
  readonly endNs: bigint;
  /** The response object without `get_urls` and without its closing brace. */
  readonly fragment: JsonText;
  /** Packed by `packLocations`; null for an external object. */
  readonly locations: string | null;
  /** A JSON array of ExternalUrl, or null. */
  readonly externalUrls: JsonText | null;
}

/** The inputs for printing a segment. */
export type SegmentParts = Pick<StoredSegment, 'fragment' | 'locations' | 'externalUrls'>;

export interface NewSegment extends StoredSegment {
  readonly objectId: string;
}

/** `GET /flows/{flowId}/segments`: which segments. */
export interface SegmentQuery {
  readonly timerange: TimeRange;
  readonly objectId?: string;
  readonly reverse: boolean;
}

/** `GET /flows/{flowId}/segments`: which of their URLs. Undefined means no such filter. */
export interface UrlFilter {
  readonly labels?: ReadonlySet<string>;
  readonly storageIds?: ReadonlySet<string>;
  readonly presigned?: boolean;
  readonly verbose: boolean;
}

export interface SegmentFailure {
  object_id: string;
  timerange: string;
  error: { type: string; summary: string; time: string };
}

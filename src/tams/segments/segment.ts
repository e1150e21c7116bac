import type { RowHandle } from '../table-access.ts';
import type { FlowState } from '../flows/flow-state.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { fromJson, type Json } from '../../shared/json-text.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { TagFilter } from '../documents/tags.ts';

/** Which segments a deletion takes: those that the range covers completely. */
export interface SegmentSelection {
  readonly timerange: TimeRange;
  readonly objectId?: string;
}

export interface DeletableSegment {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly objectId: string;
  readonly handle: RowHandle;
}

/** A flow as far as it says where its segments are. */
export type SegmentedFlow = Pick<FlowState, 'id' | 'content'>;

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
  init_object_id?: string;
  /** As a listing shows it; an object that is registered brings its own. */
  init_object?: unknown;
  timerange: string;
  object_timerange?: string;
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

/** The places of an object. */
export interface ObjectPlaces {
  /** Packed by `packLocations`; null for an external object. */
  readonly locations: string | null;
  readonly externalUrls: Json<readonly ExternalUrl[]> | null;
}

/** A segment as listings read it. */
export interface StoredSegment extends ObjectPlaces {
  readonly startNs: bigint;
  /** Exclusive. */
  readonly endNs: bigint;
  /** The response object without `get_urls` and without its closing brace. */
  readonly fragment: JsonText;
  /** The initialisation segment that its object needs. */
  readonly initObjectId: string | null;
}

/** The segment of a row, without URLs. @param fragment without its closing brace */
export const fromFragment = (fragment: JsonText): SegmentInput =>
  // A fragment is the beginning of a JSON text: `segment-preparation.ts` prints it of a checked body.
  fromJson(`${fragment}}` as Json<SegmentInput>);

/** From the start of one segment to the end of another, marked as their own texts are. */
export const hullOf = (first: StoredSegment, last: StoredSegment): TimeRange =>
  timerangeOf(first).hull(timerangeOf(last));

const timerangeOf = ({ fragment }: StoredSegment): TimeRange => TimeRange.parse(fromFragment(fragment).timerange);

/** The inputs for printing a segment. */
export interface SegmentParts extends Pick<StoredSegment, 'fragment'>, ObjectPlaces {
  readonly init?: InitParts | undefined;
  /** The range of the whole object, as text. */
  readonly objectTimerange?: string | undefined;
}

/** An initialisation segment. */
export interface InitParts extends ObjectPlaces {
  readonly id: string;
}

/** Details of segments that not every version of TAMS shows. */
export interface SegmentDetails {
  readonly init: boolean;
  readonly objectTimerange: boolean;
}

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
  /** Tags of the storage backend. */
  readonly backendTags?: TagFilter;
  readonly verbose: boolean;
}

export interface SegmentFailure {
  object_id: string;
  timerange: string;
  error: { type: string; summary: string; time: string };
}

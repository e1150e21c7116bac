import type { RowHandle } from '../table-access.ts';
import type { ExternalUrl, ObjectLocation, ObjectPlaces } from '../segments/segment.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';

/** A media object, or an initialisation segment: the bytes that segments refer to. */
export interface MediaObject {
  readonly id: string;
  /**
   * The flow that it was allocated for or, where it is external, that registered it. No other flow
   * can be the first to use it.
   */
  readonly firstFlow: string;
  /** The life of that flow (docs/adr/0022-lives-of-a-flow.md). */
  readonly firstLife: string;
  /** As its row and those of its segments keep them (`unpackLocations`); null for an external object. */
  readonly locations: string | null;
  /** The one of the locations whose bytes somebody else put there: they are never deleted. */
  readonly adoptedAt?: ObjectLocation | undefined;
  /** URLs given with the segment that registered an external object. */
  readonly externalUrls: readonly ExternalUrl[];
  /** Whether a segment ever used it; until then it is only allocated. */
  readonly referenced: boolean;
  /** Whether it is an initialisation segment, which other objects need. One that is only allocated may become one. */
  readonly isInit?: boolean;
  /** The media type of an initialisation segment, where it is not the container of its flow. */
  readonly contentType?: string | undefined;
  /** Whether it may be uploaded without a signature. */
  readonly plainUpload?: boolean;
  /** The initialisation segment that it needs. */
  readonly initObjectId?: string | undefined;
  /** Undefined for an initialisation segment, and for objects whose first use is older than this. */
  readonly timerange?: ObjectTimerange | undefined;
  readonly keyFrameCount?: number | undefined;
}

/** The range of an object's samples, on its own timeline. */
export interface ObjectTimerange {
  readonly range: TimeRange;
  /** By a client; else it is assumed that segments use all of the object (TAMS 8.2, `object_timerange`). */
  readonly declared: boolean;
}

export interface StoredObject extends MediaObject {
  readonly handle: RowHandle;
}

/** An object, without its first flow where the view does not have that. */
export type ShownObject = Omit<MediaObject, 'firstFlow'> & { readonly firstFlow: string | undefined };

/** The parts of an object that segments show. */
export type ObjectDetails = Pick<MediaObject, 'timerange'> & ObjectPlaces;

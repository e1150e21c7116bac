import type { ExternalUrl, ObjectLocation } from './segment.ts';

/** A media object: the bytes that segments refer to. */
export interface MediaObject {
  readonly id: string;
  /** The flow that it was allocated for; null for an external object. */
  readonly allocatedFor: string | null;
  /** Empty for an external object. */
  readonly locations: readonly ObjectLocation[];
  /** URLs given with the segment that registered an external object. */
  readonly externalUrls: readonly ExternalUrl[];
  /** Null while it is only allocated. */
  readonly firstReferencedByFlow: string | null;
}

import type { ExternalUrl, ObjectLocation } from './segment.ts';

/** A media object: the bytes that segments refer to. */
export interface MediaObject {
  readonly id: string;
  /** The flow that it was allocated for; null for an external object. */
  readonly allocatedFor: string | null;
  /** Empty for an external object. */
  readonly locations: readonly ObjectLocation[];
  /** URLs given with the first segment that registered the object. */
  readonly externalUrls: readonly ExternalUrl[];
  readonly firstReferencedByFlow: string | null;
  /** When it is looked at for reclaim; null while segments are known to use it. Milliseconds since 1970. */
  readonly reclaimAt: number | null;
}

import type { ExternalUrl, ObjectLocation } from '../segments/segment.ts';

/** A media object: the bytes that segments refer to. */
export interface MediaObject {
  readonly id: string;
  /**
   * The flow that it was allocated for or, where it is external, that registered it. No other flow
   * can be the first to use it.
   */
  readonly firstFlow: string;
  /** The life of that flow (docs/adr/0022-lives-of-a-flow.md). */
  readonly firstLife: string;
  /** Empty for an external object. */
  readonly locations: readonly ObjectLocation[];
  /** URLs given with the segment that registered an external object. */
  readonly externalUrls: readonly ExternalUrl[];
  /** Whether a segment ever used it; until then it is only allocated. */
  readonly referenced: boolean;
}

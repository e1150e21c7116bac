import type { TimeRange } from '../../shared/time/timerange.ts';
import type { FormatUrn } from './format.ts';
import type { TagFilter } from './tags.ts';

/** Filters of `GET /sources`; all of them must hold. */
export interface SourceFilter {
  readonly label?: string;
  readonly format?: FormatUrn;
  readonly tags: TagFilter;
}

/** Filters of `GET /flows`; all of them must hold. */
export interface FlowFilter {
  readonly sourceId?: string;
  /** Flows that overlap it; the empty timerange finds flows without content, everything finds all. */
  readonly timerange?: TimeRange;
  readonly format?: FormatUrn;
  readonly codec?: string;
  readonly label?: string;
  readonly profileId?: string;
  readonly status?: string;
  readonly initSegments?: boolean;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly tags: TagFilter;
}

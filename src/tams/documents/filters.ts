import type { TimeRange } from '../../shared/time/timerange.ts';
import type { FormatUrn } from './format.ts';
import type { TagFilter } from './tags.ts';

/** The order of a listing: TAMS 8.2, `sort_by` and `reverse_order`. Undefined is the order of TAMS 7.0, oldest first. */
export interface SortOrder<By extends string = 'created' | 'updated' | 'label'> {
  readonly by: By;
  /** The exact reverse of the default order. */
  readonly reverse: boolean;
}

/** Filters of `GET /sources`, all of which must hold, and its order. */
export interface SourceFilter {
  readonly order?: SortOrder;
  /** Sources that any of these collects; none: those that nothing collects. */
  readonly collectedByIds?: readonly string[];
  readonly label?: string;
  readonly format?: FormatUrn;
  readonly tags: TagFilter;
}

/** Filters of `GET /flows`, all of which must hold, and its order; a flow is updated with its metadata. */
export interface FlowFilter {
  readonly order?: SortOrder;
  /** Flows that any of these collects; none: those that nothing collects. */
  readonly collectedByIds?: readonly string[];
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

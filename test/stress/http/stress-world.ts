import type { Random } from '../support/random.ts';
import type { StressReport } from '../support/stress-report.ts';
import type { ApiClient } from './api-client.ts';
import type { TimelineModel } from './timeline-model.ts';
import type { DatasetSpec } from '../../bench/support/dataset.ts';

/** What all workers of the HTTP part share. */
export interface StressWorld {
  readonly client: ApiClient;
  readonly report: StressReport;
  /** The flows that are written and deleted from. */
  readonly models: readonly TimelineModel[];
  /** Flows that were there before, and do not change. */
  readonly archive: DatasetSpec;
  /** Bytes of uploaded objects, by id. */
  readonly uploads: Map<string, Buffer>;
}

/** One thing that a client does. */
export type Action = (world: StressWorld, random: Random) => Promise<void>;

/** A segment as the listing shows it. */
export interface ListedSegment {
  readonly object_id: string;
  readonly timerange: string;
  readonly get_urls: readonly { readonly url: string }[];
}

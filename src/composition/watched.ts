import type { MetricSource, TimingSource } from '../operation/metrics/metric-source.ts';
import type { SegmentPageCache } from '../tams/segments/segment-page-cache.ts';
import type { MediaStores } from '../media/media-store-registry.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';
import type { WorkerStatus } from '../operation/worker-loop.ts';

/** What of the server is watched. */
export interface Watched {
  readonly version: string;
  readonly manager: VastDBManager;
  readonly media: MediaStores;
  readonly pages: SegmentPageCache;
  /** How each worker fares. */
  readonly workers: () => readonly WorkerStatus[];
  /** What other areas have to tell. */
  readonly sources: readonly (MetricSource | TimingSource)[];
}

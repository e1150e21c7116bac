import type { MediaStores } from '../media/media-store-registry.ts';
import type { MemoryUse } from '../operation/metrics/memory-sources.ts';
import type { MetricSource, TimingSource } from '../operation/metrics/metric-source.ts';
import type { WorkerStatus } from '../operation/worker-loop.ts';
import type { Siblings } from '../operation/siblings.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** Inputs to health and metrics. */
export interface Watched {
  readonly version: string;
  readonly manager: VastDBManager;
  readonly media: MediaStores;
  readonly workers: () => readonly WorkerStatus[];
  /** Metrics of TAMS and the features. */
  readonly sources: readonly (MetricSource | TimingSource)[];
  /** Caches of TAMS and of the features. */
  readonly memory: readonly MemoryUse[];
  /** The processes of the server. */
  readonly siblings: Siblings;
  /** Whether tables or media lie on the disk of DATA_DIR. */
  readonly usesDisk: boolean;
}

import type { OperationSummary } from '../operation/operation-metrics.ts';
import type { CircuitState } from './circuit-breaker.ts';
import type { UrlCacheCounts } from './url-cache.ts';

/** Counts of a media store since the start. */
export interface MediaStatistics {
  /** URLs for downloads: a hit was signed before, a miss was signed now. */
  readonly urls: UrlCacheCounts;
  /** URLs for uploads, each of which is signed. */
  readonly uploadUrls: number;
  readonly operations: ReadonlyMap<string, OperationSummary>;
  /** Only stores that are reached over a network have these. */
  readonly circuit?: CircuitState;
}

import type { Analytics, AnalyticsFilter } from './analytics.ts';
import type { FlowReads } from '../../tams/store.ts';
import type { SizesFound } from '../../vastdb/analytics/analysis-results.ts';
import { AppError } from '../../shared/errors.ts';

/** Fractions of the percentiles that are told. */
export const PERCENTILES = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

const MIB = 2n ** 20n;
/** Where the bands of sizes end: below 1 MiB, 100 MiB and 1 GiB, and what is larger. */
export const SIZE_BOUNDS = [MIB, 100n * MIB, 1024n * MIB] as const;

export interface FlowUsage {
  readonly format: string | null;
  readonly flows: number;
  readonly segments: bigint;
  readonly durationNs: bigint;
  /** Of the flows that say their average bit rate. */
  readonly estimatedBytes: number;
  /** Flows that have content and do not say it. */
  readonly flowsWithoutEstimate: number;
}

/** Kilobits per second times nanoseconds, for one byte. */
const PRODUCT_PER_BYTE = (8 * 1e9) / 1000;

/** Analyses, as a principal may ask for them. Those that need nothing but names and numbers are in `compute`. */
export class AnalyticsService {
  readonly compute: Analytics;
  readonly #flows: Pick<FlowReads, 'segmentsVersion'>;

  constructor(compute: Analytics, flows: Pick<FlowReads, 'segmentsVersion'>) {
    this.compute = compute;
    this.#flows = flows;
  }

  /** By format. Bytes are estimated from `avg_bit_rate`: sizes of most objects are not known. */
  async flowUsage(filter: AnalyticsFilter, signal: AbortSignal): Promise<FlowUsage[]> {
    const found = await this.compute.flowUsage(filter, signal);
    return found.map(({ group, rows, sums, product, withoutProduct }) => ({
      format: group,
      flows: rows,
      segments: sums[0] ?? 0n,
      durationNs: sums[1] ?? 0n,
      estimatedBytes: Math.round(product / PRODUCT_PER_BYTE),
      flowsWithoutEstimate: withoutProduct,
    }));
  }

  storageUsage(filter: AnalyticsFilter, signal: AbortSignal): Promise<SizesFound> {
    return this.compute.storageUsage(filter, SIZE_BOUNDS, signal);
  }

  /** @throws AppError `not_found` */
  async checkFlow(flowId: string): Promise<void> {
    if ((await this.#flows.segmentsVersion(flowId)) !== undefined) return;
    throw new AppError('not_found', 'There is no flow of this id');
  }
}

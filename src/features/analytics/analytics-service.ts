import type { AnalyticsFilter } from './analytics.ts';
import type { AnalyticsStore } from './store/analytics-store.ts';
import type { SizesFound } from '../../vastdb/analytics/analysis-results.ts';
import { AppError } from '../../shared/errors.ts';
import type { FlowReader } from '../../tams/flows/flow-repository.ts';

/** Fractions of the percentiles in answers. */
export const PERCENTILES = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

const MIB = 2n ** 20n;
/** Upper bounds of the size bands: 1 MiB, 100 MiB, 1 GiB; the last band is open. */
export const SIZE_BOUNDS = [MIB, 100n * MIB, 1024n * MIB] as const;

export interface FlowUsage {
  readonly format: string | null;
  readonly flows: number;
  readonly segments: bigint;
  readonly durationNs: bigint;
  /** Sum over flows with an average bit rate. */
  readonly estimatedBytes: number;
  /** Flows with content but without a bit rate. */
  readonly flowsWithoutEstimate: number;
}

/** Kilobits per second times nanoseconds, for one byte. */
const PRODUCT_PER_BYTE = (8 * 1e9) / 1000;

/** Analyses for a principal. Those that need only names and numbers are in `compute`. */
export class AnalyticsService {
  readonly compute: AnalyticsStore;
  readonly #flows: Pick<FlowReader, 'segmentsVersion'>;

  constructor(compute: AnalyticsStore, flows: Pick<FlowReader, 'segmentsVersion'>) {
    this.compute = compute;
    this.#flows = flows;
  }

  /** Usage by format. Bytes are estimated from `avg_bit_rate`: the sizes of most objects are unknown. */
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

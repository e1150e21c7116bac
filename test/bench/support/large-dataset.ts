import type { Scale } from './benchmark.ts';
import type { DatasetSpec } from './dataset.ts';
import { STORAGE_ID } from './object-store-stub.ts';

/** 5,000,000 segments in 500 flows, with objects for 50,000 more; benchmarks that need a large store share it. */
export function largeDataset({ quick }: Scale): DatasetSpec {
  const size = quick
    ? { flows: 50, segmentsPerFlow: 1_000, allocatedPerFlow: 50 }
    : { flows: 500, segmentsPerFlow: 10_000, allocatedPerFlow: 100 };
  return { ...size, storageId: STORAGE_ID };
}

/** 5,000 segments: what the large one is compared with. */
export const smallDataset: DatasetSpec = {
  flows: 5,
  segmentsPerFlow: 1_000,
  allocatedPerFlow: 0,
  storageId: STORAGE_ID,
};

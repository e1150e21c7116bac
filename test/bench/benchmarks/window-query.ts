import type { Benchmark } from '../support/benchmark.ts';
import type { DatasetSpec } from '../support/dataset.ts';
import { largeDataset, smallDataset } from '../support/large-dataset.ts';
import { startServer } from '../support/server-process.ts';
import { compareWindows } from '../support/windows.ts';

/**
 * The latency of a window of 100 segments at the beginning, in the middle and at the end of a flow: in a store of
 * 5,000,000 segments against one of 5,000. No URLs are asked for and
 * no pages are kept: this is about the tables.
 */
export const windowQuery: Benchmark = {
  name: 'window-query',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const start = async (spec: DatasetSpec) => ({
      ...spec,
      server: await startServer({
        DATA_DIR: await datasets.shared(spec),
        STORAGE_BACKENDS_FILE: backendsFile,
        PAGE_CACHE_MIB: '0',
      }),
    });
    const stores = { large: await start(largeDataset(scale)), small: await start(smallDataset) };
    try {
      return [await compareWindows(context, stores, '')];
    } finally {
      await Promise.all([stores.large.server.close(), stores.small.server.close()]);
    }
  },
};

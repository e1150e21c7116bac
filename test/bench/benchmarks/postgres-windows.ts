import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES_MISSING } from '../../support/postgres-server.ts';
import type { Benchmark } from '../support/benchmark.ts';
import type { DatasetSpec } from '../support/dataset.ts';
import { largeDataset, smallDataset } from '../support/large-dataset.ts';
import { databaseWithTimelines, postgresEnv, startDurablePostgres } from '../support/postgres-tables.ts';
import { startServer } from '../support/server-process.ts';
import { compareWindows } from '../support/windows.ts';

/** As window-query, with the tables on PostgreSQL. */
export const postgresWindows: Benchmark = {
  name: 'postgres-windows',
  missing: POSTGRES_MISSING,
  async run(context) {
    const { scale, backendsFile } = context;
    const postgres = await startDurablePostgres();
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-bench-'));
    const start = async (spec: DatasetSpec) => ({
      ...spec,
      server: await startServer({
        DATA_DIR: dataDir,
        STORAGE_BACKENDS_FILE: backendsFile,
        PAGE_CACHE_MIB: '0',
        ...postgresEnv(await databaseWithTimelines(postgres, spec, context)),
      }),
    });
    try {
      const stores = { large: await start(largeDataset(scale)), small: await start(smallDataset) };
      try {
        return [await compareWindows(context, stores, ' on PostgreSQL')];
      } finally {
        await Promise.all([stores.large.server.close(), stores.small.server.close()]);
      }
    } finally {
      await postgres.dispose();
      await rm(dataDir, { recursive: true });
    }
  },
};

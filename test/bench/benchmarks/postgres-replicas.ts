import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { overTcp, POSTGRES_MISSING } from '../../support/postgres-server.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { postgresEnv, startDurablePostgres } from '../support/postgres-tables.ts';
import { compareReplicas, LATENCY_MS } from '../support/replica-load.ts';

/** As cluster-replicas, on one PostgreSQL behind a slow network. */
export const postgresReplicas: Benchmark = {
  name: 'postgres-replicas',
  missing: POSTGRES_MISSING,
  async run({ scale, backendsFile }) {
    const postgres = await startDurablePostgres();
    const proxy = await startTcpProxy(postgres.port, { latencyMs: LATENCY_MS });
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-bench-'));
    try {
      const url = overTcp(await postgres.database(), proxy.port);
      const env = { DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile, ...postgresEnv(url.href) };
      const targets = new Map([
        [2, 1.7],
        [4, 3.2],
      ]);
      return await compareReplicas(scale, env, { tables: 'PostgreSQL', targets });
    } finally {
      await proxy.close();
      await postgres.dispose();
      await rm(dataDir, { recursive: true });
    }
  },
};

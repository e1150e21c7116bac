import { pino } from 'pino';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { startVastEmulator } from '../../support/vast-emulator/index.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { CLUSTER_SCHEMA } from '../support/cluster-env.ts';
import { measureSearches } from '../support/searches.ts';

/** A size that the emulator holds and searches in reasonable time: it has no index, and shares the process. */
const FULL = { segments: 50_000, embedded: 10_000, queries: 30 };
const QUICK = { segments: 5_000, embedded: 1_000, queries: 10 };

/** Searches with the tables on an emulated cluster: above all what they ask of it. */
export const searchCluster: Benchmark = {
  name: 'search-cluster',
  async run(context) {
    const emulator = await startVastEmulator({ schema: CLUSTER_SCHEMA });
    try {
      const { endpoints, accessKey, secretKey, bucket, requests } = emulator;
      const logger = pino({ level: 'silent' });
      const engine = await openVastEngine({ endpoints, accessKey, secretKey, bucket, schema: CLUSTER_SCHEMA, logger });
      return await measureSearches(engine, context.scale.quick ? QUICK : FULL, context, {
        where: ' on an emulated cluster',
        asked: (_manager: VastDBManager, queries) => {
          const received = requests.entries.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
          const each = (count: number): string => (count / queries).toFixed(1);
          const told = `${each(requests.count())} requests, ${each(requests.rowsSent())} rows, ${each(received / 1000)} kB`;
          requests.clear();
          return told;
        },
      });
    } finally {
      await emulator.close();
    }
  },
};

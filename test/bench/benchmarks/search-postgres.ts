import { pino } from 'pino';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { overTcp, POSTGRES_MISSING } from '../../support/postgres-server.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { startDurablePostgres } from '../support/postgres-tables.ts';
import { measureSearches } from '../support/searches.ts';

const FULL = { segments: 1_000_000, embedded: 100_000, queries: 300 };
const QUICK = { segments: 5_000, embedded: 1_000, queries: 30 };

/** Searches with the tables on PostgreSQL, which shares the cores. */
export const searchPostgres: Benchmark = {
  name: 'search-postgres',
  missing: POSTGRES_MISSING,
  async run(context) {
    const postgres = await startDurablePostgres();
    try {
      const url = overTcp(await postgres.database(), postgres.port).href;
      const engine = await openPostgresEngine({
        url,
        replicaUrl: undefined,
        schema: 'tams',
        poolSize: 4,
        statementTimeoutMs: 0,
        logger: pino({ level: 'silent' }),
      });
      let before = 0;
      return await measureSearches(engine, context.scale.quick ? QUICK : FULL, context, {
        where: ' on PostgreSQL',
        // As autovacuum does within minutes: what is measured is not how it catches up.
        settle: () => postgres.run('VACUUM (ANALYZE)', url),
        asked: (manager: VastDBManager, queries) => {
          const { count } = manager.performanceSummary();
          const own = count - before;
          before = count;
          return `${(own / queries).toFixed(1)} statements`;
        },
      });
    } finally {
      await postgres.dispose();
    }
  },
};

import pg from 'pg';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Catalogue } from '../../../src/vastdb/engines/postgres/catalogue.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { Statements } from '../../../src/vastdb/engines/postgres/statements.ts';
import { POSTGRES_MISSING, startPostgres } from '../../support/postgres-server.ts';
import { sortedPageRequests } from '../../support/sorted-pages.ts';

it.skipIf(POSTGRES_MISSING)(
  `an index serves each page of a sorted listing on PostgreSQL, and nothing is sorted ${POSTGRES_MISSING ?? ''}`,
  async () => {
    const server = await startPostgres();
    const url = await server.database();
    const logger = pino({ level: 'silent' });
    const engine = await openPostgresEngine({
      url,
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 4,
      statementTimeoutMs: 60_000,
      logger,
    });
    const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } });
    await client.connect();
    const ask = async (text: string, values: readonly unknown[]): Promise<(string | null)[][]> =>
      (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows;
    const statements = new Statements(new Catalogue(ask, 'tams'), '"tams"');
    let isAnalysed = false;
    await sortedPageRequests(engine, 20_000, async (request, index) => {
      if (!isAnalysed) await client.query('ANALYZE tams.flows');
      isAnalysed = true;
      const { statement } = await statements.prepareSelect({ ...request, lookups: [] });
      const plan = (await ask(`EXPLAIN ${statement.text}`, statement.values)).join('\n');
      // Where every other row has the label, the index of all rows is as good.
      const served = index.includes('label__sort') ? 'flows__(label__)?sort_created__index' : index;
      expect(plan).toMatch(new RegExp(`Index Scan (Backward )?using ${served}`));
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    });
    await client.end();
    await server.dispose();
  },
);

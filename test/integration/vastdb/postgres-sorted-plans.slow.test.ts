import pg from 'pg';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Catalogue } from '../../../src/vastdb/engines/postgres/catalogue.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { Statements } from '../../../src/vastdb/engines/postgres/statements.ts';
import { and, eq, lt } from '../../../src/vastdb/predicate/builder.ts';
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

it.skipIf(POSTGRES_MISSING)(
  `the segments of a window are found by an index, also where no statistics tell of the flow yet ${POSTGRES_MISSING ?? ''}`,
  async () => {
    const server = await startPostgres({ autovacuum: 'off' });
    const url = await server.database();
    const logger = pino({ level: 'silent' });
    const options = { url, replicaUrl: undefined, schema: 'tams', poolSize: 4, statementTimeoutMs: 60_000, logger };
    const engine = await openPostgresEngine(options);
    await engine.createTable({
      name: 'segments',
      columns: [
        { name: 'flow_id', type: 'string', required: true },
        { name: 'start_ns', type: 'int64', required: true },
      ],
      sortKey: ['flow_id', 'start_ns'],
    });
    const fill = (flow: string, count: number): Promise<void> =>
      engine.transaction(async (tx) => {
        const rows = Array.from({ length: count }, (_, start) => [flow, BigInt(start)]);
        await tx.insert('segments', ['flow_id', 'start_ns'], rows);
      });
    await fill('short', 45);
    const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } });
    await client.connect();
    await client.query('ANALYZE tams.segments');
    await fill('long', 5_000);
    const ask = async (text: string, values: readonly unknown[]): Promise<(string | null)[][]> =>
      (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows;
    const statements = new Statements(new Catalogue(ask, 'tams'), '"tams"');
    const flow = eq('flow_id', 'long');
    const { statement } = await statements.prepareSelect({
      table: 'segments',
      columns: ['start_ns'],
      where: and([flow, lt('start_ns', 4_990n)]),
      since: { column: 'start_ns', where: flow, atMost: 4_980n },
      orderBy: [{ column: 'start_ns', direction: 'asc' }],
      limit: 10,
      lookups: [],
    });
    const plan = (await ask(`EXPLAIN (ANALYZE) ${statement.text}`, statement.values)).join('\n');
    const read = [...plan.matchAll(/actual time=\S+ rows=(\d+)/g)].map(([, rows]) => Number(rows));
    expect(Math.max(...read), plan).toBeLessThanOrEqual(10);
    await client.end();
    await engine.close();
    await server.dispose();
  },
);

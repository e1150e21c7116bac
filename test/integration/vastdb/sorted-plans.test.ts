import { join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Catalogue } from '../../../src/vastdb/engines/sqlite/catalogue.ts';
import { Connection } from '../../../src/vastdb/engines/sqlite/connection.ts';
import { selectText } from '../../../src/vastdb/engines/sqlite/row-statements.ts';
import { sortedPageRequests } from '../../support/sorted-pages.ts';
import { openTemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

it('an index serves each page of a sorted listing on SQLite, and nothing is sorted', async () => {
  const { engine, directory, dispose } = await openTemporaryEngine();
  const file = join(directory, 'tables.sqlite');
  const options = { file, synchronous: 'normal', cacheKib: 100, purpose: 'read', busyTimeoutMs: 1_000 } as const;
  const connection = new Connection(options);
  const catalogue = new Catalogue(connection);
  await sortedPageRequests(engine, 100, (request, index) => {
    const values: SQLInputValue[] = [];
    const shape = catalogue.table(request.table);
    const columns = request.columns.map((name) => catalogue.column(shape, name));
    const sql = selectText(catalogue, shape, columns, { ...request, lookups: [] }, values);
    const steps = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as unknown as string[][];
    expect(steps.map((step) => step.at(-1))).toEqual([expect.stringMatching(`^SEARCH flows USING .*${index} `)]);
    return Promise.resolve();
  });
  connection.close();
  await dispose();
});

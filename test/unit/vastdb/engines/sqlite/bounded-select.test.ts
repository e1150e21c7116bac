import { truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Connection, type ConnectionOptions } from '../../../../../src/vastdb/engines/sqlite/connection.ts';
import { Session } from '../../../../../src/vastdb/engines/sqlite/session.ts';

const ROWS = ['a', 'b', 'c'];
const SORTED = { table: 't', columns: ['text'], orderBy: [{ column: 'text', direction: 'desc' }] } as const;

it('reads the rows of one state, although others delete some between the sort and the reading', async () => {
  const options = await tablesFile();
  const others = new Session(new Connection(options));
  others.execute(['CREATE TABLE t (text TEXT NOT NULL)']);
  others.tryBegin();
  others.insert(
    't',
    ['text'],
    ROWS.map((text) => [text]),
  );
  others.commit();
  const connection = new Connection({ ...options, purpose: 'read' });
  const session = new Session(connection);
  const { rowIds } = others.select({ table: 't', columns: [], rowIds: true });
  whenSorted(connection, () => {
    others.tryBegin();
    others.delete('t', rowIds);
    others.commit();
  });
  // No transaction around it, as on the background lane.
  expect(session.select({ ...SORTED, maxBytes: 1000 }).rows).toEqual([['c'], ['b'], ['a']]);
  expect(session.inTransaction()).toBe(false);
  expect(session.select({ ...SORTED, maxBytes: 1000 }).rows).toEqual([]);
  others.close();
  session.close();
});

it('tells of the error that ends the reading, after which SQLite has ended the transaction by itself', async () => {
  const options = await tablesFile();
  const others = new Session(new Connection(options));
  others.execute(['CREATE TABLE t (text TEXT NOT NULL, body TEXT NOT NULL)']);
  others.tryBegin();
  others.insert('t', ['text', 'body'], [['a', 'x'.repeat(100_000)]]);
  others.commit();
  const connection = new Connection({ ...options, purpose: 'read' });
  const session = new Session(connection);
  // The log loses the pages of the body, which the sort does not read.
  whenSorted(connection, () => truncateSync(`${options.file}-wal`));
  const reading = () => session.select({ ...SORTED, columns: ['body'], maxBytes: 1000 });
  expect(reading).toThrow(/^disk I\/O error: .* cannot be used/);
  expect(session.inTransaction()).toBe(false);
  session.close();
  others.close();
});

async function tablesFile(): Promise<ConnectionOptions> {
  const directory = await mkdtemp(join(tmpdir(), 'bounded-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return {
    file: join(directory, 'tables.sqlite'),
    synchronous: 'normal',
    cacheKib: 1024,
    purpose: 'write',
    busyTimeoutMs: 0,
  };
}

/** Has `work` done once, right after the connection has sorted the rows. */
function whenSorted(connection: Connection, work: () => void): void {
  const prepare = connection.prepare.bind(connection);
  vi.spyOn(connection, 'prepare').mockImplementation((sql) => {
    const statement = prepare(sql);
    if (!/^SELECT "_rowid_" .*ORDER BY/.test(sql)) return statement;
    return Object.assign(Object.create(statement) as StatementSync, {
      all: (...values: []) => {
        const found = statement.all(...values);
        vi.restoreAllMocks();
        work();
        return found;
      },
    });
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cell, TableEngine, TableTransaction } from '../../../src/vastdb/engine.ts';
import { Connection } from '../../../src/vastdb/engines/sqlite/connection.ts';
import { GroupCommit } from '../../../src/vastdb/engines/sqlite/group-commit.ts';
import { Session } from '../../../src/vastdb/engines/sqlite/session.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { toTableError } from '../../../src/vastdb/engines/sqlite/sqlite-error.ts';
import { WriteLock } from '../../../src/vastdb/engines/sqlite/write-lock.ts';
import { rejection } from '../../support/engine-suite/context.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sqlite-faults-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const open = (): Promise<TableEngine> => openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8 });

/** Opens an engine with a table `t (id string required, size int64)`, and closes it after `use`. */
async function withTable(use: (engine: TableEngine) => Promise<void>): Promise<void> {
  const engine = await open();
  await engine.createTable({
    name: 't',
    columns: [
      { name: 'id', type: 'string', required: true },
      { name: 'size', type: 'int64' },
    ],
    sortKey: ['id'],
  });
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

const put = (engine: TableEngine, id: Cell, size: Cell = null): Promise<void> =>
  engine.transaction((tx) => tx.insert('t', ['id', 'size'], [[id, size]]));

describe('opening and closing', () => {
  it('finds tables, types and rows again', async () => {
    const vector = { name: 'v', type: 'vector', dimension: 2 } as const;
    await withTable(async (engine) => {
      await engine.addColumns('t', [vector, { name: 'flag', type: 'bool' }]);
      await engine.transaction((tx) => tx.insert('t', ['id', 'v', 'flag'], [['a', Float32Array.of(1, 2), true]]));
    });
    const engine = await open();
    expect(await engine.describeTable('t')).toEqual([
      { name: 'id', type: 'string', required: true },
      { name: 'size', type: 'int64' },
      vector,
      { name: 'flag', type: 'bool' },
    ]);
    const { rows } = await engine.reader().select({ table: 't', columns: ['id', 'v', 'flag'] });
    expect(rows).toEqual([['a', Float32Array.of(1, 2), true]]);
    await engine.close();
  });

  it('answers what was asked before the close, and refuses what comes after it', async () => {
    await withTable(async (engine) => {
      const readers = [engine.reader(), engine.reader('background')];
      await readers[1]?.count('t');
      const asked = Promise.all([
        ...Array.from({ length: 20 }, (_, index) => put(engine, `early ${index}`)),
        engine.transaction((tx) => tx.insert('t', ['id'], [['background']]), { lane: 'background' }),
      ]);
      await Promise.all([asked, engine.close(), engine.close()]);
      await rejection(put(engine, 'late'), 'unavailable');
      await rejection(engine.health(), 'unavailable');
      for (const reader of readers) await rejection(reader.count('t'), 'unavailable');
    });
    const again = await open();
    expect(await again.reader().count('t')).toBe(21);
    await again.close();
  });

  it('leaves no log behind', async () => {
    await withTable((engine) => put(engine, 'a'));
    await expect(stat(join(directory, 'tables.sqlite-wal'))).rejects.toThrow('ENOENT');
  });

  it('reports a file that is no database, and says what to do', async () => {
    await writeFile(join(directory, 'tables.sqlite'), 'this is a text, not a database. '.repeat(100));
    const message = await rejection(open(), 'corrupt');
    expect(message).toContain(join(directory, 'tables.sqlite'));
    expect(message).toContain('backup');
  });

  it('reports a directory that cannot be made', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await rejection(openSqliteEngine({ directory: join(file, 'x'), synchronous: 'full', cacheMib: 8 }), 'unavailable');
  });

  it('does not keep the process alive for its background threads', async () => {
    const engineUrl = new URL('../../../src/vastdb/engines/sqlite/sqlite-engine.ts', import.meta.url).href;
    const script = `
      const { openSqliteEngine } = await import(${JSON.stringify(engineUrl)});
      const engine = await openSqliteEngine({ directory: ${JSON.stringify(directory)}, synchronous: 'full', cacheMib: 8 });
      await engine.createTable({ name: 't', columns: [{ name: 'id', type: 'string' }] });
      await engine.transaction((tx) => tx.insert('t', ['id'], [['a']]), { lane: 'background' });
      process.stdout.write(String(await engine.reader('background').count('t')));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 20_000,
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, printed }).toEqual({ code: 0, printed: '1' });
  });
});

describe('rows that a column cannot hold', () => {
  it.each([
    [null, 1n, 'id'],
    [1n, 1n, 'id'],
    ['a', 1, 'size'],
    ['a', 'x', 'size'],
    ['a', true, 'size'],
  ] as [Cell, Cell, string][])('refuses %s and %s, naming %s', async (id, size, column) => {
    await withTable(async (engine) => {
      expect(await rejection(put(engine, id, size), 'invalid')).toContain(`t.${column}`);
      expect(await engine.reader().count('t')).toBe(0);
    });
  });

  it('refuses to move a row within the sort key', async () => {
    await withTable(async (engine) => {
      await put(engine, 'a');
      const { rowIds } = await engine.reader().select({ table: 't', columns: [], rowIds: true });
      await rejection(
        engine.transaction((tx) => tx.update('t', rowIds, ['id'], [['b']])),
        'invalid',
      );
    });
  });

  it.each([5n, 'x', '9:a', '1:a1:b', ''])('refuses the row id %s of another table', async (rowId) => {
    await withTable(async (engine) => {
      await put(engine, 'a');
      await rejection(
        engine.transaction((tx) => tx.delete('t', [rowId])),
        'invalid',
      );
    });
  });
});

describe('a background thread that dies', () => {
  /** Runs `use` and returns the threads that were started meanwhile. */
  async function threadsOf(use: () => Promise<void>): Promise<Worker[]> {
    const started: Worker[] = [];
    const note = (worker: Worker): void => {
      started.push(worker);
    };
    process.on('worker', note);
    try {
      await use();
    } finally {
      process.off('worker', note);
    }
    return started;
  }

  it('rejects the transaction it was serving, undoes it, and is replaced', async () => {
    await withTable(async (engine) => {
      let threads: Worker[] = [];
      const work = async (tx: TableTransaction): Promise<void> => {
        await tx.insert('t', ['id'], [['half']]);
        await Promise.all(threads.map((thread) => thread.terminate()));
        await tx.insert('t', ['id'], [['other half']]);
      };
      threads = await threadsOf(() =>
        engine.transaction((tx) => tx.insert('t', ['id'], [['a']]), { lane: 'background' }),
      );
      expect(threads).toHaveLength(1);
      await rejection(engine.transaction(work, { lane: 'background' }), 'unavailable');
      await put(engine, 'b');
      threads = [];
      await engine.transaction((tx) => tx.insert('t', ['id'], [['c']]), { lane: 'background' });
      const { rows } = await engine.reader().select({ table: 't', columns: ['id'] });
      expect(rows.flat()).toEqual(['a', 'b', 'c']);
    });
  });

  it('rejects the reads that are pending', async () => {
    await withTable(async (engine) => {
      const reader = engine.reader('background');
      const [thread] = await threadsOf(async () => {
        await reader.count('t');
      });
      const pending = Promise.all(Array.from({ length: 5 }, () => reader.count('t')));
      const failed = rejection(pending, 'unavailable');
      await thread?.terminate();
      await failed;
      expect(await reader.count('t')).toBe(0);
    });
  });
});

describe('locks of another process', () => {
  it('are waited for without blocking the thread', async () => {
    await withTable(async (engine) => {
      const other = new DatabaseSync(join(directory, 'tables.sqlite'));
      other.exec('BEGIN IMMEDIATE');
      let ticks = 0;
      const ticker = setInterval(() => ticks++, 5);
      const waiting = Promise.all([
        put(engine, 'a'),
        engine.transaction((tx) => tx.insert('t', ['id'], [['b']]), { lane: 'background' }),
      ]);
      await sleep(150);
      expect(await engine.reader().count('t')).toBe(0);
      other.exec('COMMIT');
      await waiting;
      clearInterval(ticker);
      other.close();
      expect(ticks).toBeGreaterThan(10);
      expect(await engine.reader().count('t')).toBe(2);
    });
  });

  it('end in an error that says so, after ten seconds', async () => {
    await withTable(async (engine) => {
      const other = new DatabaseSync(join(directory, 'tables.sqlite'));
      other.exec('BEGIN IMMEDIATE');
      expect(await rejection(put(engine, 'a'), 'unavailable')).toContain('write lock');
      other.close();
      await put(engine, 'b');
    });
  }, 20_000);
});

describe('the write-ahead log', () => {
  it('is copied back while writes go on, so it stays short', async () => {
    await withTable(async (engine) => {
      const log = join(directory, 'tables.sqlite-wal');
      let longest = 0;
      const written = 64 * 1024 * 1024;
      const id = 'x'.repeat(64 * 1024);
      for (let bytes = 0, row = 0; bytes < written; row++, bytes += id.length) {
        await engine.transaction((tx) => tx.insert('t', ['id'], [[`${row}${id}`]]));
        longest = Math.max(longest, (await stat(log)).size);
      }
      expect(longest).toBeGreaterThan(8 * 1024 * 1024);
      await sleep(600);
      await put(engine, 'one more');
      await sleep(600);
      await put(engine, 'and another');
      expect((await stat(log)).size).toBeLessThan(written / 4);
    });
  });
});

describe('a group of transactions', () => {
  /** The parts of the interactive lane, with the connection below them at hand. */
  async function withGroupCommit(
    use: (lane: GroupCommit, connection: Connection, session: Session) => Promise<void>,
  ): Promise<void> {
    await withTable(async () => undefined);
    const file = join(directory, 'tables.sqlite');
    const connection = new Connection({
      file,
      synchronous: 'full',
      cacheKib: 1024,
      purpose: 'write',
      busyTimeoutMs: 0,
    });
    const session = new Session(connection);
    try {
      await use(new GroupCommit(session, new WriteLock(), () => undefined), connection, session);
    } finally {
      connection.close();
    }
  }
  const row = (id: string) => (tx: TableTransaction) => tx.insert('t', ['id'], [[id]]);
  const ids = (session: Session): Cell[] => session.select({ table: 't', columns: ['id'] }).rows.flat();

  it('rejects those whose work SQLite undid with another, and runs the rest', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      const first = lane.transaction(row('first'));
      const second = lane.transaction(async (tx) => {
        await row('second')(tx);
        // What SQLite does by itself after some errors.
        connection.run('ROLLBACK');
        await row('outside of any transaction')(tx);
      });
      const third = lane.transaction(row('third'));
      await Promise.all([rejection(first, 'unavailable'), rejection(second, 'unavailable'), third]);
      expect(ids(session)).toEqual(['third']);
    });
  });

  it('rejects everybody when the commit fails, and goes on', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      connection.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
      connection.run('CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
      connection.run('PRAGMA foreign_keys = ON');
      const failed = [
        lane.transaction(row('a')),
        lane.transaction(async () => connection.run('INSERT INTO child VALUES (1)')),
        lane.transaction(row('b')),
      ];
      await Promise.all(failed.map((transaction) => rejection(transaction, 'invalid')));
      await lane.transaction(row('c'));
      expect(ids(session)).toEqual(['c']);
    });
  });

  it('reports a full disk while reads go on, and writes again when there is space', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      await lane.transaction(row('before'));
      connection.run('PRAGMA max_page_count = 1');
      const large = 'x'.repeat(100_000);
      const outcomes = [lane.transaction(row(large)), lane.transaction(row(`${large}2`))];
      await Promise.all(outcomes.map((outcome) => rejection(outcome, 'full')));
      expect(ids(session)).toEqual(['before']);
      connection.run('PRAGMA max_page_count = 100000');
      await lane.transaction(row(large));
      expect(ids(session)).toEqual(['before', large]);
    });
  });
});

describe('errors of SQLite', () => {
  /** What SQLite really throws when these statements run. */
  function thrownBy(...statements: string[]): unknown {
    const database = new DatabaseSync(':memory:');
    try {
      for (const sql of statements) database.exec(sql);
    } catch (error) {
      return error;
    } finally {
      database.close();
    }
    throw new Error('nothing was thrown');
  }
  const file = '/data/tables.sqlite';

  it('tell that nothing more can be written', () => {
    const error = thrownBy(
      'PRAGMA max_page_count = 2',
      'CREATE TABLE t (x)',
      'INSERT INTO t VALUES (zeroblob(100000))',
    );
    expect(toTableError(error, file)).toMatchObject({ kind: 'full', retryable: true });
    expect(toTableError(error, file).message).toContain(file);
  });

  it('tell duplicates from missing values', () => {
    const table = 'CREATE TABLE t (x INTEGER PRIMARY KEY, y NOT NULL UNIQUE)';
    const duplicates = ["INSERT INTO t VALUES (1, 'a'), (1, 'b')", "INSERT INTO t VALUES (1, 'a'), (2, 'a')"];
    for (const sql of duplicates) expect(toTableError(thrownBy(table, sql), file).kind).toBe('duplicate');
    expect(toTableError(thrownBy(table, 'INSERT INTO t VALUES (1, NULL)'), file).kind).toBe('invalid');
  });

  it('tell that the database cannot be written', () => {
    const error = thrownBy('PRAGMA query_only = ON', 'CREATE TABLE t (x)');
    expect(toTableError(error, file)).toMatchObject({ kind: 'unavailable', retryable: true });
  });
});

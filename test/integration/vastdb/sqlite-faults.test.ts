import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cell, TableEngine, TableTransaction } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { untilUnlocked } from '../../../src/vastdb/engines/sqlite/write-lock.ts';
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

/** Whether the engine hears of commits of other processes here; elsewhere it looks now and then. */
function canWatch(): boolean {
  try {
    watch(tmpdir()).close();
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

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

  it('lets nobody else into a directory that it makes', async () => {
    const made = join(directory, 'tables');
    await (await openSqliteEngine({ directory: made, synchronous: 'full', cacheMib: 8 })).close();
    expect((await stat(made)).mode & 0o777).toBe(0o700);
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
      timeout: 120_000,
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
      // More than the thread can do before it ends.
      const pending = Promise.all(Array.from({ length: 5_000 }, () => reader.count('t')));
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
      await expect.poll(() => ticks).toBeGreaterThan(10);
      expect(await engine.reader().count('t')).toBe(0);
      other.exec('COMMIT');
      await waiting;
      clearInterval(ticker);
      other.close();
      expect(await engine.reader().count('t')).toBe(2);
    });
  });

  it.runIf(canWatch())('are asked for again at each commit of an engine', async () => {
    await withTable(async (engine) => {
      const file = join(directory, 'tables.sqlite');
      const other = new DatabaseSync(file);
      const count = other.prepare('SELECT count(*) AS rows FROM t');
      // Nothing else than the commit ends the wait.
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      try {
        let asked = 0;
        let written: Promise<void> | undefined;
        await untilUnlocked(() => {
          if (++asked === 2) written = put(engine, 'a');
          return count.get()?.rows === 1;
        }, file);
        expect(written).toBeDefined();
        await written;
      } finally {
        vi.useRealTimers();
        other.close();
      }
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
  });
});

describe('the write-ahead log', () => {
  it.each(['interactive', 'background'] as const)(
    'holds up no commit when its disk cannot be looked at (%s)',
    async (lane) => {
      const engine = await openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8, reserveBytes: 1 });
      await engine.createTable({ name: 't', columns: [{ name: 'id', type: 'string' }] });
      const insert = (id: string): Promise<void> =>
        engine.transaction((tx) => tx.insert('t', ['id'], [[id]]), { lane });
      await insert('before');
      // Until it is looked at again.
      await sleep(300);
      const elsewhere = `${directory}-elsewhere`;
      await engine.transaction(
        async (tx) => {
          await tx.insert('t', ['id'], [['meanwhile']]);
          await rename(directory, elsewhere);
          await sleep(150);
        },
        { lane },
      );
      await rename(elsewhere, directory);
      await insert('after');
      expect(await engine.reader().count('t')).toBe(3);
      await engine.close();
    },
  );

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
      let row = 0;
      const sizeAfterOneMore = async (): Promise<number> => {
        await put(engine, `one more ${row++}`);
        return (await stat(log)).size;
      };
      await expect.poll(sizeAfterOneMore, { interval: 300 }).toBeLessThan(written / 4);
    });
  });
});

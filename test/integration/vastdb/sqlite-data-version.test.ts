import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';

/** The number by which kept rows are known to be current. */

let directory: string;
let engine: TableEngine;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sqlite-version-'));
  engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 8 });
  await engine.createTable({ name: 'notes', columns: [{ name: 'id', type: 'string' }] });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

const version = (): number => engine.reader().dataVersion?.() ?? NaN;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const insert = (lane: 'interactive' | 'background'): Promise<void> =>
  engine.transaction((tx) => tx.insert('notes', ['id'], [['one']]), { lane });
const rows = async (): Promise<number> => engine.reader().count('notes');

/** Another process, with SQLite alone. */
async function insertElsewhere(): Promise<void> {
  const file = join(directory, 'tables.sqlite');
  const script = `new (require('node:sqlite').DatabaseSync)(process.argv[1]).exec("INSERT INTO notes (id) VALUES ('two')")`;
  await promisify(execFile)(process.execPath, ['-e', script, file]);
}

it('stays as long as nothing is committed, over reads and turns', async () => {
  const before = version();
  expect(before).toBeGreaterThan(0);
  await rows();
  await nextTurn();
  expect(version()).toBe(before);
  const failed = engine.transaction(async (tx) => {
    await tx.insert('notes', ['id'], [['gone']]);
    throw new Error('on purpose');
  });
  await expect(failed).rejects.toThrow('on purpose');
  expect(version()).toBe(before);
});

it.each([
  ['a transaction of a request', () => insert('interactive')],
  ['one of the background', () => insert('background')],
  ['another process', insertElsewhere],
])('changes with a commit of %s, at the latest with the rows', async (_, change) => {
  const before = version();
  await change();
  await nextTurn();
  const after = version();
  expect(await rows()).toBe(1);
  expect(after).not.toBe(before);
  await nextTurn();
  expect(version()).toBe(after);
});

it('is that of the snapshot that the reads of one turn share', async () => {
  const before = version();
  const read = rows();
  expect(version()).toBe(before);
  expect(await read).toBe(0);
  await insert('interactive');
  // This process committed: its reads see that at once.
  expect(version()).not.toBe(before);
  expect(await rows()).toBe(1);
});

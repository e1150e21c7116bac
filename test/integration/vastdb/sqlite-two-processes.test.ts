import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';

const contender = new URL('../../support/sqlite-contender.ts', import.meta.url).pathname;
const transactions = 400;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sqlite-two-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Starts a contender. Resolves when it is ready to begin. */
async function start(name: string): Promise<{ contend(): Promise<number> }> {
  const child = spawn(process.execPath, [contender, directory, name, String(transactions)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await Promise.race([once(child.stdout, 'data'), exited]);
  return {
    contend: async () => {
      child.stdin.end();
      return (await exited)[0] ?? -1;
    },
  };
}

it('lets two processes create and write one directory at once, and loses nothing', async () => {
  const contenders = await Promise.all([start('first'), start('second')]);
  expect(await Promise.all(contenders.map((each) => each.contend()))).toEqual([0, 0]);

  const engine = await openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8 });
  const reader = engine.reader();
  const counter = await reader.select({ table: 'counter', columns: ['value'] });
  const taken = await reader.select({
    table: 'taken',
    columns: ['value', 'process'],
    orderBy: [{ column: 'value', direction: 'asc' }],
  });
  await engine.close();

  expect(counter.rows).toEqual([[BigInt(2 * transactions)]]);
  expect(taken.rows.map((row) => row[0])).toEqual(
    Array.from({ length: 2 * transactions }, (_, index) => BigInt(index + 1)),
  );
  for (const name of ['first', 'second']) {
    expect(taken.rows.filter((row) => row[1] === name)).toHaveLength(transactions);
  }
  // Had one waited for the other to finish, their numbers would not be mixed.
  const turns = taken.rows.filter((row, index) => index > 0 && row[1] !== taken.rows[index - 1]?.[1]).length;
  expect(turns).toBeGreaterThan(1);
});

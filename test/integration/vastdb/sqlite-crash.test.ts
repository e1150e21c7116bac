import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';

const writer = new URL('../../support/sqlite-crash-writer.ts', import.meta.url).pathname;
const rounds = 6;
const groupSize = 5;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sqlite-crash-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Runs the writer until it is killed in the middle of its work; returns the numbers it printed. */
async function writeUntilKilled(first: number): Promise<bigint[]> {
  const child = spawn(process.execPath, [writer, directory, String(first), String(groupSize)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    printed += text;
  });
  while (printed.split('\n').length <= 6) await once(child.stdout, 'data');
  await sleep(20 + Math.random() * 300);
  child.kill('SIGKILL');
  await once(child, 'close');
  // What follows the last line break may be the first digits of a number.
  const lines = printed.slice(0, printed.lastIndexOf('\n')).split('\n');
  return lines.filter((line) => line !== '').map(BigInt);
}

it('keeps every acknowledged transaction, and whole ones only, when the process is killed again and again', async () => {
  const acknowledged: bigint[] = [];
  for (let round = 0; round < rounds; round++) {
    acknowledged.push(...(await writeUntilKilled(round * 1_000_000)));

    const engine = await openSqliteEngine({ directory, synchronous: 'full', cacheMib: 8 });
    const { rows } = await engine.reader().select({ table: 'written', columns: ['group_number', 'position'] });
    await engine.close();

    const positions = new Map<bigint, number[]>();
    for (const [group, position] of rows) {
      const key = BigInt(String(group));
      positions.set(key, [...(positions.get(key) ?? []), Number(position)]);
    }
    const whole = Array.from({ length: groupSize }, (_, position) => position);
    const damaged = [...positions].filter(([, found]) => found.toSorted((a, b) => a - b).join() !== whole.join());
    expect(damaged).toEqual([]);
    expect(acknowledged.filter((group) => !positions.has(group))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThan(rounds * 5);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';

it('has fewer rows in a batch when they are long, and all of them in the end', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tams-scan-'));
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 8 });
  onTestFinished(async () => {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  });
  await engine.createTable({
    name: 'long',
    columns: [
      { name: 'n', type: 'int32', required: true },
      { name: 'text', type: 'string' },
    ],
  });
  const text = 'x'.repeat(2 ** 20);
  await engine.transaction((tx) =>
    tx.insert(
      'long',
      ['n', 'text'],
      Array.from({ length: 20 }, (_, n) => [n, text]),
    ),
  );
  const rows: number[] = [];
  const found: unknown[] = [];
  for await (const { rowCount, columns } of engine
    .reader('background')
    .scan({ table: 'long', columns: ['n', 'text'] })) {
    rows.push(rowCount);
    found.push(...(columns[0] ?? []));
  }
  expect(rows).toEqual([8, 8, 4]);
  expect(new Set(found).size).toBe(20);
});

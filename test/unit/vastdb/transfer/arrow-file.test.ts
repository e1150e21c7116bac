import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Cell, ColumnDefinition } from '../../../../src/vastdb/engine.ts';
import { ArrowFileWriter, readArrowFile } from '../../../../src/vastdb/transfer/arrow-file.ts';
import { RowChecksum } from '../../../../src/vastdb/transfer/row-checksum.ts';

const COLUMNS: readonly ColumnDefinition[] = [
  { name: 's', type: 'string' },
  { name: 'l', type: 'int64' },
  { name: 'i', type: 'int32' },
  { name: 'f', type: 'float64' },
  { name: 'b', type: 'bool' },
  { name: 'x', type: 'binary' },
  { name: 'v', type: 'vector', dimension: 3 },
];
const ROWS: readonly Cell[][] = [
  ['', -(2n ** 63n), -(2 ** 31), -1.5, false, new Uint8Array(0), new Float32Array([1, 2, 3])],
  [
    'ä😀\n',
    2n ** 63n - 1n,
    2 ** 31 - 1,
    Number.MAX_VALUE,
    true,
    new Uint8Array([0, 255]),
    new Float32Array([0, -1, 1e30]),
  ],
  [null, null, null, null, null, null, null],
];
const toColumns = (rows: readonly Cell[][]): Cell[][] =>
  COLUMNS.map((_, index) => rows.map((row) => row[index] ?? null));

it('an Arrow file gives back every cell of every type as it was, batch by batch, and its rows have the same checksum', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tams-arrow-'));
  try {
    const path = join(folder, 'table.arrow');
    const writer = await ArrowFileWriter.create(path, COLUMNS);
    const batches = [ROWS, ROWS.toReversed(), ROWS.slice(1)].map((rows) => ({
      rowCount: rows.length,
      columns: toColumns(rows),
    }));
    const written = new RowChecksum();
    for (const batch of batches) {
      await writer.write(batch);
      written.add(batch);
    }
    const { bytes } = await writer.finish();
    expect((await stat(path)).size).toBe(bytes);

    const read = new RowChecksum();
    const found = [];
    for await (const batch of readArrowFile(
      path,
      COLUMNS.map(({ name }) => name),
    )) {
      found.push(batch);
      read.add(batch);
    }
    expect(found).toEqual(batches);
    expect([read.rows, read.value]).toEqual([8, written.value]);
    const other = new RowChecksum();
    for (const batch of batches.toReversed()) other.add(batch);
    expect(other.value, 'the order of rows does not matter').toBe(written.value);
  } finally {
    await rm(folder, { recursive: true });
  }
});

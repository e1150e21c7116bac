import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Field, Float32, Int32, Int64, List, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { expect, it, onTestFinished } from 'vitest';
import { readForeignArrow } from '../../../../src/vastdb/transfer/foreign-arrow-reader.ts';

const listOf = (type: Float32 | Int32 | Int64 | Utf8) => new List(new Field('item', type, true));

it('reads lists of floats as vectors, and other lists and structures as JSON', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'foreign-arrow-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'rows.arrow');
  const point = new Struct([new Field('x', new Int64()), new Field('name', new Utf8())]);
  const table = new Table({
    floats: vectorFromArray([[0.5, 1]], listOf(new Float32())),
    texts: vectorFromArray([['a', 'b']], listOf(new Utf8())),
    ints: vectorFromArray([[1, 2, null]], listOf(new Int32())),
    longs: vectorFromArray([[1n, -(2n ** 40n)]], listOf(new Int64())),
    point: vectorFromArray([{ x: 7n, name: 'p' }], point),
  });
  await writeFile(path, tableToIPC(table, 'file'));
  const columns = ['floats', 'texts', 'ints', 'longs', 'point', 'none'];
  expect((await Array.fromAsync(readForeignArrow(path, columns))).flat()).toEqual([
    [Float32Array.of(0.5, 1), '["a","b"]', '[1,2,null]', '[1,-1099511627776]', '{"x":7,"name":"p"}', null],
  ]);
});

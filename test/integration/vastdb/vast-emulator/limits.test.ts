import { Decimal, Field, Int32, Int64, Uint64, Utf8, vectorFromArray } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VastEmulatorOptions } from '../../../support/vast-emulator/index.ts';
import { readFieldNames, readStreamRows } from './answers.ts';
import type { Columns } from './requests.ts';
import { idsOf, namesOf, rowsOf, startTestTable, TABLE, texts, type TestTable } from './test-table.ts';

let table: TestTable;

beforeEach(async () => (table = await startTestTable()));
afterEach(async () => table.close());

const NAME = new Field('name', new Utf8(), true);

async function statusOf(method: 'POST' | 'PUT' | 'DELETE', columns: Columns): Promise<number> {
  return (await table.requests.rows(method, TABLE, columns)).status;
}

test('a request of 5 MiB at most', async () => {
  const cells = (count: number): Columns => [[NAME, texts(Array.from({ length: count }, () => 'x'.repeat(100_000)))]];
  expect(await statusOf('POST', cells(52))).toBe(200);
  expect(await statusOf('POST', cells(53))).toBe(400);
});

test('a cell of 126,000 bytes at most', async () => {
  expect(await statusOf('POST', [[NAME, texts(['é'.repeat(63_000)])]])).toBe(200);
  expect(await statusOf('POST', [[NAME, texts(['é'.repeat(63_001)])]])).toBe(400);
});

test('row ids first, of the right type, in ascending order', async () => {
  await table.requests.rows(
    'POST',
    TABLE,
    rowsOf([
      { name: 'a', n: 1 },
      { name: 'b', n: 2 },
    ]),
  );
  const [ids, names] = namesOf({ 0: 'x', 1: 'y' });
  if (ids === undefined || names === undefined) throw new Error('two columns are expected');
  expect(await statusOf('PUT', [names, ids])).toBe(400);
  expect(await statusOf('PUT', [ids])).toBe(400);
  expect(await statusOf('DELETE', idsOf([1, 0]))).toBe(400);
  expect(await statusOf('DELETE', idsOf([1, 1]))).toBe(400);
  const small = new Field('$row_id', new Int32(), true);
  expect(await statusOf('DELETE', [[small, vectorFromArray([0, 1], new Int32())]])).toBe(400);
  expect(await statusOf('PUT', [ids, names])).toBe(200);
});

test('a column of another type, or of another nullability', async () => {
  expect(await statusOf('POST', [[new Field('name', new Int64(), true), vectorFromArray([1n], new Int64())]])).toBe(
    400,
  );
  expect(await statusOf('POST', [[new Field('name', new Utf8(), false), texts(['x'])]])).toBe(400);
  expect(await statusOf('POST', [[new Field('nope', new Utf8(), true), texts(['x'])]])).toBe(404);
});

test('a query without or with a wrong split', async () => {
  for (const split of ['', '1,1,8', '0,1', 'a,b,c', '0,1,0']) {
    const answer = await table.requests.send('GET', `/vastdb/${TABLE}?data`, '0', new Uint8Array(64), {
      'tabular-split': split,
    });
    expect(answer.status, split).toBe(400);
  }
});

test('without transaction header, and unknown operations', async () => {
  const { requests } = table;
  expect((await requests.send('PATCH', `/vastdb/${TABLE}?rows`, '0')).status).toBe(501);
  expect((await requests.send('POST', `/vastdb/${TABLE}?data`, '0')).status).toBe(501);
  expect((await requests.send('POST', `/vastdb/${TABLE}?rows`, '0', Buffer.from('no Arrow'))).status).toBe(400);
});

describe('tables with a sorting key', () => {
  const path = 's/sorted';
  const key = { 'tabular-sorted-column-0': '1' };
  const fields = [NAME, new Field('n', new Int64(), true)];

  async function started(options: VastEmulatorOptions): Promise<void> {
    await table.close();
    table = await startTestTable(options);
  }

  test('row ids are decimals beyond 64 bits, and the key cannot be updated', async () => {
    const { requests } = table;
    expect((await requests.createTable(path, fields, '0', key)).status).toBe(200);
    expect(readFieldNames((await requests.send('GET', `/vastdb/${path}?sorted-columns`, '0')).body)).toEqual([
      'n Int64',
    ]);
    const { body } = await requests.rows('POST', path, rowsOf([{ name: 'a', n: 1 }]));
    expect(readFieldNames(body)).toEqual(['$row_id Decimal[38e0]']);
    const rowId = readDecimal(readStreamRows(body)[0] ?? '');
    expect(rowId).toBeGreaterThan(2n ** 64n);
    const ids = decimalIds([rowId]);
    const [name, n] = rowsOf([{ name: 'b', n: 2 }]);
    if (name === undefined || n === undefined) throw new Error('two columns are expected');
    expect((await requests.rows('PUT', path, [ids, name])).status).toBe(200);
    expect((await requests.rows('PUT', path, [ids, n])).status).toBe(400);
    expect((await requests.rows('DELETE', path, idsOf([0]))).status).toBe(400);
    expect((await requests.rows('DELETE', path, [ids])).status).toBe(200);
  });

  test.each([{ version: '5.2.0.0' }, { sortedTables: false }])('are refused with %o', async (options) => {
    await started(options);
    expect((await table.requests.createTable(path, fields, '0', key)).status).toBe(501);
  });
});

test('before version 5.1 an insert answers no row ids', async () => {
  table.emulator.settings.version = '5.0.0.9';
  const answer = await table.requests.rows('POST', TABLE, rowsOf([{ name: 'a', n: 1 }]));
  expect([answer.status, answer.body.length, answer.headers.server]).toEqual([200, 0, 'vast 5.0.0.9']);
});

function readDecimal(row: string): bigint {
  return BigInt(row.replaceAll(/\D/g, ''));
}

function decimalIds(ids: readonly bigint[]): Columns[number] {
  const type = new Decimal(0, 38, 128);
  const words = ids.map((id) => Uint32Array.from([0n, 32n, 64n, 96n], (shift) => Number((id >> shift) & 0xffffffffn)));
  return [new Field('$row_id', type, true), vectorFromArray(words, type)];
}

test('a row id that was never given out', async () => {
  const [, names] = namesOf({ 0: 'x' });
  const ids = vectorFromArray([2n ** 63n], new Uint64());
  if (names === undefined) throw new Error('two columns are expected');
  expect(await statusOf('PUT', [[new Field('$row_id', new Uint64(), true), ids], names])).toBe(404);
});

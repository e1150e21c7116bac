import { Bool, Field, FixedSizeBinary, FixedSizeList, Int64, Utf8, vectorFromArray } from 'apache-arrow';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FlatTable } from '../../../support/vast-emulator/wire/flatbuffers.ts';
import { readFieldNames } from './answers.ts';
import { type Columns, schemaMessage } from './requests.ts';
import type { RawAnswer } from './signed-client.ts';
import { rowsOf, startTestTable, TABLE, type TestTable, texts } from './test-table.ts';

// What the vendor's own tests expect of a cluster.

let table: TestTable;
beforeEach(async () => (table = await startTestTable({ seed: 0, snapshots: ['monday', 'sunday', 'monthly'] })));
afterEach(async () => table.close());

const send = (method: string, url: string, body?: Uint8Array, headers?: Record<string, string>): Promise<RawAnswer> =>
  table.requests.send(method, `/${table.emulator.bucket}${url}`, '0', body, headers);
const addColumn = async (field: Field): Promise<[number, string]> => {
  const { status, body } = await send('POST', `/${TABLE}?column`, schemaMessage([field]));
  return [status, body.toString()];
};

test.each([41, 80, 400])('an insert of %i columns keeps all of them', async (count) => {
  const fields = Array.from({ length: count }, (_, index) => new Field(`c${index}`, new Int64(), true));
  await table.requests.createTable('s/wide', fields);
  const columns: Columns = fields.map((field, index) => [field, vectorFromArray([BigInt(index)], new Int64())]);
  expect((await table.requests.rows('POST', 's/wide', columns)).status).toBe(200);
  const last = { name: `c${count - 1}`, kind: 'int64' } as const;
  const where = [{ column: last.name, kind: 'int64', comparison: 'equal', values: [BigInt(count - 1)] }] as const;
  const { pages } = await table.requests.query('s/wide', { columns: [last], where });
  expect(pages.flatMap(({ rows }) => rows)).toHaveLength(1);
});

test('the rows by id with the seed 0', async () => {
  const rows = Array.from({ length: 50 }, (_, n) => ({ name: `row ${n}`, n }));
  await table.requests.rows('POST', TABLE, rowsOf(rows));
  const { pages } = await table.requests.query(TABLE, { columns: [{ name: 'name', kind: 'utf8' }] });
  expect(pages.flatMap((page) => page.rows)).toEqual(rows.map(({ name }) => JSON.stringify([name])));
});

test('the snapshots of a bucket, by prefix and page by page', async () => {
  const list = async (parameters: string): Promise<string> =>
    (await send('GET', `?delimiter=%2F&list_type=2&${parameters}`)).body.toString();
  const names = (xml: string): string[] => [...xml.matchAll(/<Prefix>([^<]+)<\/Prefix>/g)].map(([, name = '']) => name);
  const first = await list('max_keys=2&prefix=.snapshot%2F');
  expect(names(first)).toEqual(['.snapshot/monday/', '.snapshot/monthly/']);
  expect(first).toContain('<IsTruncated>true</IsTruncated>');
  const [, marker = ''] = /<Marker>([^<]+)<\/Marker>/.exec(first) ?? [];
  const second = await list(`continuation-token=${encodeURIComponent(marker)}&max_keys=2&prefix=.snapshot%2F`);
  expect(names(second)).toEqual(['.snapshot/sunday/']);
  expect(second).toContain('<IsTruncated>false</IsTruncated>');
  expect(names(await list('max_keys=9&prefix=.snapshot%2Fmonth'))).toEqual(['.snapshot/monthly/']);
});

test('the flag of row ids that writers gave, unless their transaction is rolled back', async () => {
  const id = new Field('vastdb_rowid', new Int64(), true);
  const name = new Field('name', new Utf8(), true);
  await table.requests.createTable('s/external', [id, name]);
  const isExternal = async (): Promise<boolean> =>
    FlatTable.root((await send('GET', '/s/external?stats')).body).boolean(2);
  await table.requests.rows('POST', 's/external', [[name, texts(['a'])]]);
  expect(await isExternal()).toBe(false);
  const both: Columns = [
    [id, vectorFromArray([7n], new Int64())],
    [name, texts(['b'])],
  ];
  const transaction = await table.requests.begin();
  await table.requests.rows('POST', 's/external', both, transaction);
  await table.requests.rollback(transaction);
  expect(await isExternal()).toBe(false);
  await table.requests.rows('POST', 's/external', both);
  expect(await isExternal()).toBe(true);
});

test('a binary column of fixed width that is added later, with its values', async () => {
  await table.requests.rows('POST', TABLE, rowsOf([{ name: 'before', n: 1 }]));
  const field = new Field('hash', new FixedSizeBinary(2), true);
  expect(await addColumn(field)).toEqual([200, '']);
  expect(readFieldNames((await send('GET', `/${TABLE}?column`)).body)).toContain('hash FixedSizeBinary[2]');
  const values = vectorFromArray([Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)], new FixedSizeBinary(2));
  expect((await table.requests.rows('POST', TABLE, [[field, values]])).status).toBe(200);
});

test('no vector of booleans or of bytes', async () => {
  for (const type of [new Bool(), new FixedSizeBinary(2)]) {
    const [status, message] = await addColumn(
      new Field('vector', new FixedSizeList(3, new Field<Bool | FixedSizeBinary>('item', type, false)), true),
    );
    expect(status).toBe(400);
    expect(message).toContain('TabularUnsupportedColumnType');
  }
});

test('no list of more columns than fit into an answer', async () => {
  const field = (index: number): Field => new Field('long'.repeat(2500) + String(index), new Int64(), true);
  const fields = Array.from({ length: 600 }, (_, index) => field(index));
  expect((await table.requests.createTable('s/huge', fields.slice(0, 300))).status).toBe(200);
  expect((await send('POST', '/s/huge?column', schemaMessage(fields.slice(300)))).status).toBe(200);
  const list = (keys: number): Promise<RawAnswer> =>
    send('GET', '/s/huge?column', undefined, { 'tabular-max-keys': String(keys) });
  expect((await list(300)).status).toBe(200);
  const refused = await list(600);
  expect([refused.status, refused.body.toString()]).toEqual([
    400,
    expect.stringMatching(/list column result size \d+ is too long/),
  ]);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { Field, Int64, Utf8 } from 'apache-arrow';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FIELDS, idsOf, names, namesOf, rowsOf, startTestTable, TABLE, type TestTable } from './test-table.ts';

let table: TestTable;

beforeEach(async () => {
  table = await startTestTable();
  await table.requests.rows(
    'POST',
    TABLE,
    rowsOf([
      { name: 'a', n: 1 },
      { name: 'b', n: 2 },
    ]),
  );
});
afterEach(async () => table.close());

test('a transaction reads what it wrote, and others do not before it commits', async () => {
  const { requests } = table;
  const [writer, early] = [await requests.begin(), await requests.begin()];
  await requests.rows('POST', TABLE, rowsOf([{ name: 'c', n: 3 }]), writer);
  await requests.rows('PUT', TABLE, namesOf({ 0: 'A' }), writer);
  await requests.rows('DELETE', TABLE, idsOf([1]), writer);
  expect(await names(requests, writer)).toEqual(['A', 'c']);
  expect(await names(requests, early)).toEqual(['a', 'b']);
  expect(await requests.commit(writer)).toBe(200);
  expect(await names(requests, early)).toEqual(['a', 'b']);
  expect(await names(requests, await requests.begin())).toEqual(['A', 'c']);
});

test('a rollback leaves nothing behind', async () => {
  const { requests, emulator } = table;
  const writer = await requests.begin();
  await requests.rows('POST', TABLE, rowsOf([{ name: 'c', n: 3 }]), writer);
  await requests.rows('PUT', TABLE, namesOf({ 0: 'A' }), writer);
  await requests.rows('PUT', TABLE, namesOf({ 0: 'AA' }), writer);
  await requests.rows('DELETE', TABLE, idsOf([0, 1]), writer);
  expect(await names(requests, writer)).toEqual(['c']);
  expect(await requests.rollback(writer)).toBe(200);
  expect(await names(requests)).toEqual(['a', 'b']);
  expect(emulator.openTransactions()).toBe(0);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'free again' }))).status).toBe(200);
});

test('a row that another open transaction changed is a conflict, at once, and stays one after its commit', async () => {
  const { requests } = table;
  const [first, second] = [await requests.begin(), await requests.begin()];
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'first' }), first)).status).toBe(200);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'second' }), second)).status).toBe(409);
  expect((await requests.rows('DELETE', TABLE, idsOf([0]), second)).status).toBe(409);
  expect((await requests.rows('PUT', TABLE, namesOf({ 1: 'second' }), second)).status).toBe(200);
  await requests.commit(first);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'second' }), second)).status).toBe(409);
  expect(await requests.commit(second)).toBe(200);
  expect(await names(requests)).toEqual(['first', 'second']);
});

test('a request that conflicts in one row changes none', async () => {
  const { requests } = table;
  const [first, second] = [await requests.begin(), await requests.begin()];
  await requests.rows('PUT', TABLE, namesOf({ 1: 'first' }), first);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'second', 1: 'second' }), second)).status).toBe(409);
  expect(await names(requests, second)).toEqual(['a', 'b']);
});

test('after the rollback of the other one a row is free again', async () => {
  const { requests } = table;
  const [first, second] = [await requests.begin(), await requests.begin()];
  await requests.rows('DELETE', TABLE, idsOf([0]), first);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'x' }), second)).status).toBe(409);
  await requests.rollback(first);
  expect((await requests.rows('PUT', TABLE, namesOf({ 0: 'x' }), second)).status).toBe(200);
});

test('two transactions that insert do not conflict', async () => {
  const { requests } = table;
  const [first, second] = [await requests.begin(), await requests.begin()];
  await requests.rows('POST', TABLE, rowsOf([{ name: 'c', n: 1 }]), first);
  await requests.rows('POST', TABLE, rowsOf([{ name: 'c', n: 1 }]), second);
  expect([await requests.commit(second), await requests.commit(first)]).toEqual([200, 200]);
  expect(await names(requests)).toEqual(['a', 'b', 'c', 'c']);
});

test('of two that create the same table one gets a 409, also after the commit of the other', async () => {
  const { requests } = table;
  const [first, second, third] = [await requests.begin(), await requests.begin(), await requests.begin()];
  expect((await requests.createTable('s/new', FIELDS, first)).status).toBe(200);
  expect((await requests.createTable('s/new', FIELDS, second)).status).toBe(409);
  await requests.commit(first);
  expect((await requests.createTable('s/new', FIELDS, third)).status).toBe(409);
  expect((await requests.createTable('s/new', FIELDS)).body.toString()).toContain('TabularTableAlreadyExists');
});

test('a table that was dropped can be created again, and is empty', async () => {
  const { requests } = table;
  const transaction = await requests.begin();
  expect((await requests.send('DELETE', `/vastdb/${TABLE}?table`, transaction)).status).toBe(200);
  expect((await requests.createTable(TABLE, FIELDS, transaction)).status).toBe(200);
  await requests.commit(transaction);
  expect(await names(requests)).toEqual([]);
});

test('a column that was added is null in the rows of before', async () => {
  const { requests } = table;
  const added = [new Field('more', new Utf8(), true), new Field('m', new Int64(), true)];
  const { schemaMessage } = await import('./requests.ts');
  expect((await requests.send('POST', `/vastdb/${TABLE}?column`, '0', schemaMessage(added))).status).toBe(200);
  const answer = await requests.query(TABLE, {
    columns: [
      { name: 'more', kind: 'utf8' },
      { name: 'm', kind: 'int64' },
    ],
  });
  expect(answer.pages.flatMap(({ rows }) => rows)).toEqual(['[null,null]', '[null,null]']);
});

test('a finished transaction is not found', async () => {
  const { requests } = table;
  const transaction = await requests.begin();
  await requests.commit(transaction);
  expect(await requests.commit(transaction)).toBe(404);
  expect((await requests.rows('POST', TABLE, rowsOf([{ name: 'x', n: 1 }]), transaction)).status).toBe(404);
});

test('a transaction that nothing is heard of is rolled back, so that its rows are free', async () => {
  const { requests, emulator } = table;
  const [silent, heard] = [await requests.begin(), await requests.begin()];
  await requests.rows('PUT', TABLE, namesOf({ 0: 'A' }), silent);
  emulator.settings.transactionSilenceMs = 500;
  // A stall of this process counts 200 ms to the emulator: `heard` stays heard on a busy machine.
  const write = async (): Promise<string | undefined> => {
    await names(requests, heard);
    const next = await requests.begin();
    if ((await requests.rows('PUT', TABLE, namesOf({ 0: 'B' }), next)).status === 200) return next;
    await requests.rollback(next);
    return undefined;
  };
  let next = await write();
  expect(next).toBeUndefined();
  while (next === undefined) {
    await sleep(20);
    next = await write();
  }
  expect([await requests.commit(silent), await requests.commit(heard), await requests.commit(next)]).toEqual([
    404, 200, 200,
  ]);
  expect(await names(requests)).toEqual(['B', 'b']);
});

test('any number of dead versions: snapshots and indexes hold', async () => {
  const { requests } = table;
  const rows = Array.from({ length: 2000 }, (_, n) => ({ name: `v0 ${n}`, n }));
  await requests.rows('POST', TABLE, rowsOf(rows));
  const early = await requests.begin();
  const byName = (name: string, transaction?: string) =>
    requests.query(
      TABLE,
      {
        columns: [{ name: 'n', kind: 'int64' }],
        where: [{ column: 'name', kind: 'utf8', comparison: 'equal', values: [name] }],
      },
      transaction,
    );
  const count = async (name: string, transaction?: string) => {
    const { pages } = await byName(name, transaction);
    return pages.flatMap((page) => page.rows).length;
  };
  // More versions than are kept before the table is rewritten, some of them of an open transaction.
  const open = await requests.begin();
  await requests.rows('PUT', TABLE, namesOf({ 0: 'open' }), open);
  for (let version = 1; version <= 30; version += 1) {
    const changed = Object.fromEntries(rows.map(({ n }) => [n + 2, `v${version} ${n}`]));
    expect((await requests.rows('PUT', TABLE, namesOf(changed))).status).toBe(200);
  }
  expect([await count('v0 7', early), await count('v30 7', early)]).toEqual([1, 0]);
  expect([await count('v0 7'), await count('v29 7'), await count('v30 7')]).toEqual([0, 0, 1]);
  await requests.rollback(early);
  expect(await requests.commit(open)).toBe(200);
  expect([await count('a'), await count('open'), await count('v30 7')]).toEqual([0, 1, 1]);
});

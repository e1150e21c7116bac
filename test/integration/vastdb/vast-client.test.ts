import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cell, ColumnDefinition } from '../../../src/vastdb/engine.ts';
import { type QueryPage, splitsFor } from '../../../src/vastdb/engines/vast/client/queries.ts';
import type { TableInfo } from '../../../src/vastdb/engines/vast/client/table-info.ts';
import { VastClient } from '../../../src/vastdb/engines/vast/client/vast-client.ts';
import { ClusterTransport } from '../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import { eq, gte, isIn, lt, or } from '../../../src/vastdb/predicate/builder.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { COLUMNS, rowsOf } from '../../unit/vastdb/engines/vast/random-cells.ts';

/** The client against the emulator, whose pages, sets and batches are small, and whose sub-splits take turns. */

const PAGES = { pageRows: 50, rowGroupRows: 8, setRows: 20, batchRows: 7, interleaved: true };
const ALL_TYPES = COLUMNS.filter(({ type }) => type !== 'rowId' && type !== 'sortedRowId').map(
  ({ name, type, dimension }) => (type === 'vector' ? { name, type, dimension } : { name, type }) as ColumnDefinition,
);
const NUMBERS: readonly ColumnDefinition[] = [
  { name: 'n', type: 'int64' },
  { name: 's', type: 'string' },
];

let emulator: VastEmulator;
let transport: ClusterTransport;
let client: VastClient;
let tables = 0;

beforeAll(async () => {
  emulator = await startVastEmulator({ schema: 'tests', pages: PAGES });
  transport = new ClusterTransport(emulator);
  client = new VastClient({ transport, bucket: emulator.bucket, schema: 'tests' });
});

afterAll(async () => {
  transport.close();
  await emulator.close();
});

afterEach(() => {
  emulator.faults.clear();
});

async function newTable(
  tx: string,
  columns: readonly ColumnDefinition[],
  sortKey: readonly string[] = [],
): Promise<TableInfo> {
  tables += 1;
  const name = `t${tables}`;
  await client.tables.create(tx, name, columns, sortKey);
  return { name, columnsByName: new Map(columns.map((column) => [column.name, column])), sortKey };
}

async function numbers(tx: string, count: number): Promise<TableInfo> {
  const table = await newTable(tx, NUMBERS);
  const rows = Array.from({ length: count }, (_, n) => [BigInt(n), `text ${n}`]);
  await client.rows.insert(tx, table, ['n', 's'], rows);
  emulator.requests.clear();
  return table;
}

/** The numbers of all rows, in order. */
async function numbersOf(pages: AsyncIterable<QueryPage>): Promise<number[]> {
  const found: number[] = [];
  for await (const page of pages) found.push(...page.column(0).map(Number));
  return found.sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each([
  ['a table', []],
  ['a sorted table', ['l', 's']],
])('%s', (_, sortKey) => {
  it('gives back the rows that were put into it, of all types', async () => {
    const names = ALL_TYPES.map(({ name }) => name);
    await fc.assert(
      fc.asyncProperty(rowsOf(COLUMNS.slice(0, names.length), 30), async (rows) => {
        const transactionId = await client.transactions.begin();
        const table = await newTable(transactionId, ALL_TYPES, sortKey);
        const ids = await client.rows.insert(transactionId, table, names, rows);
        const found = await client.queries.select({ transactionId, table, columns: names, rowIds: true });
        const byId = new Map(found.rowIds.map((id, index) => [id, found.rows[index]]));
        expect(ids.map((id) => byId.get(id))).toEqual(rows);
        expect(byId.size).toBe(rows.length);
        await client.transactions.rollback(transactionId);
      }),
      { numRuns: 20 },
    );
  });

  it('changes and deletes rows by their ids, in any order of these', async () => {
    const transactionId = await client.transactions.begin();
    const table = await newTable(transactionId, ALL_TYPES, sortKey);
    const rows = upTo(50).map((n): Cell[] => [BigInt(n), `s${n}`, n]);
    const ids = await client.rows.insert(transactionId, table, ['l', 's', 'i'], rows);
    const some = [ids[40], ids[3], ids[17], ids[3]].filter((id) => id !== undefined);
    await client.rows.update(
      transactionId,
      table,
      some,
      ['i', 'f'],
      [
        [1, 0.5],
        [2, null],
        [3, 1.5],
        [4, 2.5],
      ],
    );
    await client.rows.delete(
      transactionId,
      table,
      [ids[9], ids[2]].filter((id) => id !== undefined),
    );
    const where = isIn('s', ['s40', 's3', 's17', 's9', 's2', 's1']);
    const found = await client.queries.select({ transactionId, table, columns: ['s', 'i', 'f'], where });
    expect(new Set(found.rows)).toEqual(
      new Set([
        ['s40', 1, 0.5],
        ['s3', 4, 2.5],
        ['s17', 3, 1.5],
        ['s1', 1, null],
      ]),
    );
    expect(await client.queries.count({ transactionId, table })).toBe(48);
    expect(await client.tables.find(transactionId, table.name)).toMatchObject({ isSorted: sortKey.length > 0 });
    await client.transactions.rollback(transactionId);
  });
});

describe('an insert', () => {
  it('of more than 40 columns is an insert and updates, with the sort key in the insert', async () => {
    const transactionId = await client.transactions.begin();
    const columns = upTo(95).map((n): ColumnDefinition => ({ name: `c${n}`, type: 'int32' }));
    const table = await newTable(transactionId, columns, ['c90']);
    emulator.requests.clear();
    const names = columns.map(({ name }) => name);
    const rows = upTo(20).map((row) => names.map((_, column) => 1000 * (20 - row) + column));
    await client.rows.insert(transactionId, table, names, rows);
    expect(emulator.requests.counts()).toEqual({ 'rows.insert': 1, 'rows.update': 2 });
    const found = await client.queries.select({ transactionId, table, columns: names });
    expect(new Set(found.rows)).toEqual(new Set(rows));
    await client.transactions.rollback(transactionId);
  });

  it('of nothing sends nothing', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1);
    expect(await client.rows.insert(transactionId, table, ['n'], [])).toEqual([]);
    await client.rows.update(transactionId, table, [], ['n'], []);
    await client.rows.delete(transactionId, table, []);
    expect(emulator.requests.counts()).toEqual({});
    await client.transactions.rollback(transactionId);
  });

  it('of a thousand rows is one request', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1);
    const rows = upTo(1000).map((n) => [BigInt(n), 'x'.repeat(500)]);
    await client.rows.insert(transactionId, table, ['n', 's'], rows);
    expect(emulator.requests.counts()).toEqual({ 'rows.insert': 1 });
    await client.transactions.rollback(transactionId);
  });
});

describe('a query', () => {
  it('reads all splits and sub-splits, each row once', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1000);
    for (const kind of ['read', 'analytics'] as const) {
      for (const splits of [1, 2, 7]) {
        const pages = client.queries.pages({ transactionId, table, columns: ['n', 's'], kind, splits });
        expect(await numbersOf(pages)).toEqual(upTo(1000));
      }
    }
    expect(await client.queries.count({ transactionId, table, splits: 3 })).toBe(1000);
    expect(await client.queries.count({ transactionId, table, where: lt('n', 10n) })).toBe(10);
    await client.transactions.rollback(transactionId);
  });

  it('goes on where an answer broke off or reported a failure', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1000);
    emulator.faults.add({ kind: 'cut', operation: 'data.query', share: 0.3 });
    emulator.faults.add({ kind: 'fail-query', operation: 'data.query', share: 0.2 });
    emulator.faults.add({ kind: 'slow-down', operation: 'data.query', share: 0.1 });
    emulator.faults.add({ kind: 'drop-before', operation: 'data.query', share: 0.1 });
    const pages = client.queries.pages({ transactionId, table, columns: ['n', 's'], kind: 'analytics', splits: 3 });
    expect(await numbersOf(pages)).toEqual(upTo(1000));
    await client.transactions.rollback(transactionId);
  });

  it('fails when its answers keep failing', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 10);
    emulator.faults.add({ kind: 'fail-query', operation: 'data.query' });
    const failed = client.queries.select({ transactionId, table, columns: ['n'] });
    await expect(failed).rejects.toMatchObject({ kind: 'unavailable' });
    expect(emulator.requests.count('data.query')).toBe(6);
    await client.transactions.rollback(transactionId);
  });

  it('fetches no more rows than its limit, in one request where they fit', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1000);
    for (const limit of [1, 7, 20]) {
      emulator.requests.clear();
      const found = await client.queries.select({ transactionId, table, columns: ['n', 's'], rowIds: true, limit });
      expect(found.rows).toHaveLength(limit);
      expect(found.rowIds).toHaveLength(limit);
      expect(emulator.requests.counts()).toEqual({ 'data.query': 1 });
      expect(emulator.requests.rowsSent()).toBe(limit);
    }
    emulator.requests.clear();
    const found = await client.queries.select({
      transactionId,
      table,
      columns: ['n'],
      limit: 120,
      where: gte('n', 5n),
    });
    expect(new Set(found.rows.flat()).size).toBe(120);
    expect(emulator.requests.rowsSent()).toBe(120);
    expect(await client.queries.select({ transactionId, table, columns: ['n'], limit: 0 })).toEqual({
      rows: [],
      rowIds: [],
    });
    await client.transactions.rollback(transactionId);
  });

  it('that picks nothing by its form sends nothing', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 10);
    const found = await client.queries.select({ transactionId, table, columns: ['n'], where: or([]) });
    expect(found).toEqual({ rows: [], rowIds: [] });
    expect(await client.queries.count({ transactionId, table, where: isIn('n', []) })).toBe(0);
    expect(emulator.requests.counts()).toEqual({});
    await client.transactions.rollback(transactionId);
  });

  it('answers row ids alone', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 10);
    const found = await client.queries.select({ transactionId, table, columns: [], rowIds: true, where: eq('n', 4n) });
    expect(found).toEqual({ rows: [[]], rowIds: [expect.any(BigInt)] });
    await client.transactions.rollback(transactionId);
  });

  it('is given up when its reader leaves, or it is aborted', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1000);
    for await (const page of client.queries.pages({ transactionId, table, columns: ['n'], splits: 4 })) {
      expect(page.rowCount).toBeGreaterThan(0);
      break;
    }
    const asked = emulator.requests.count('data.query');
    expect(asked).toBeLessThan(10);
    const signal = AbortSignal.timeout(50);
    emulator.faults.add({ kind: 'hang', operation: 'data.query' });
    const aborted = client.queries.select({ transactionId, table, columns: ['n'], signal });
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
    await client.transactions.rollback(transactionId);
  });

  it('of an unknown column is refused before anything is sent', async () => {
    const transactionId = await client.transactions.begin();
    const table = await numbers(transactionId, 1);
    for (const wrong of [{ columns: ['nope'] }, { columns: ['n'], where: eq('nope', 1n) }]) {
      await expect(client.queries.select({ transactionId, table, ...wrong })).rejects.toMatchObject({
        kind: 'invalid',
      });
    }
    expect(emulator.requests.counts()).toEqual({});
    await client.transactions.rollback(transactionId);
  });
});

it('cuts a table into a split for every 4 million rows', () => {
  expect([0, 3_999_999, 4_000_000, 41_000_000].map(splitsFor)).toEqual([1, 1, 1, 10]);
});

describe('definitions', () => {
  it('are changed and listed', async () => {
    const tx = await client.transactions.begin();
    expect(await client.schemaExists(tx, 'tests')).toBe(true);
    expect(await client.schemaExists(tx, 'tests/other')).toBe(false);
    await client.tables.create(tx, 'sorted', ALL_TYPES, ['i', 's']);
    expect(await client.tables.list(tx)).toContain('sorted');
    expect((await client.columns.list(tx, 'sorted')).columns).toEqual(ALL_TYPES);
    expect(await client.columns.listSorted(tx, 'sorted')).toEqual(['i', 's']);
    await client.columns.add(tx, 'sorted', [{ name: 'more', type: 'string', required: true }]);
    expect((await client.columns.list(tx, 'sorted')).columns.at(-1)).toEqual({ name: 'more', type: 'string' });
    await client.tables.drop(tx, 'sorted');
    expect(await client.tables.find(tx, 'sorted')).toBeUndefined();
    await client.transactions.rollback(tx);
  });

  it('of projections are made, told of and dropped', async () => {
    const tx = await client.transactions.begin();
    const table = await numbers(tx, 100);
    await client.projections.create(tx, table.name, 'by_text', ['s'], ['n']);
    expect(await client.projections.list(tx, table.name)).toEqual(['by_text']);
    expect(await client.projections.status(tx, table.name, 'by_text')).toMatchObject({ rows: 100 });
    await client.projections.drop(tx, table.name, 'by_text');
    expect(await client.projections.list(tx, table.name)).toEqual([]);
    await client.transactions.rollback(tx);
  });

  it('refuse a sort key of a column that is not there', async () => {
    const created = client.tables.create('1', 'x', NUMBERS, ['nope']);
    await expect(created).rejects.toMatchObject({ kind: 'invalid' });
  });
});

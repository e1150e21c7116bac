import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../../support/vast-emulator/seeded-random.ts';
import type { Query, Requests, Test } from './requests.ts';
import {
  ALL,
  answered,
  idsOf,
  namesOf,
  rowsOf,
  startTestTable,
  TABLE,
  type Row,
  type TestTable,
} from './test-table.ts';

let table: TestTable;

afterEach(async () => table.close());

/** Enough that indexes are used. */
const ROWS = 3000;
const GROUPS = 7;

function someRows(length: number, from = 0): Row[] {
  return Array.from({ length }, (_, index) => ({
    name: `name ${(from + index) % GROUPS}`,
    n: ((from + index) * 7919) % length,
  }));
}

async function inserted(requests: Requests, rows: readonly Row[]): Promise<void> {
  expect((await requests.rows('POST', TABLE, rowsOf(rows))).status).toBe(200);
}

test('rows come in no order that a client could rely on, but in the same one each time', async () => {
  table = await startTestTable({ seed: 3 });
  await inserted(table.requests, someRows(100));
  const once = answered(await table.requests.query(TABLE, ALL));
  const again = answered(await table.requests.query(TABLE, ALL));
  const ids = once.map((row) => Number(/"(\d+)n"\]$/.exec(row)?.[1]));
  expect(again).toEqual(once);
  expect(ids).not.toEqual(ids.toSorted((a, b) => a - b));
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, id) => id));
});

test('another seed, another order', async () => {
  const orders: string[][] = [];
  for (const seed of [3, 4]) {
    table = await startTestTable({ seed });
    await inserted(table.requests, someRows(50));
    orders.push(answered(await table.requests.query(TABLE, ALL)));
    if (seed === 3) await table.close();
  }
  expect(orders[0]).not.toEqual(orders[1]);
});

test.each([
  { name: 'gone through', where: [], matching: ROWS },
  {
    name: 'by index',
    where: [{ column: 'name', kind: 'utf8', comparison: 'equal', values: ['name 1', 'name 4'] }],
    matching: 857,
  },
] as const)('page after page each row comes once: $name', async ({ where, matching }) => {
  table = await startTestTable({ pages: { rowGroupRows: 256, setRows: 20, batchRows: 7, interleaved: true } });
  const { requests } = table;
  await inserted(requests, someRows(ROWS));
  const seen: string[] = [];
  let start = [0, 0, 0];
  let pages = 0;
  while (start.some((at) => at < 2 ** 48 - 1)) {
    const answer = await requests.query(TABLE, { ...ALL, where, limit: 90, subSplits: 3, start });
    for (const page of answer.pages) start = start.with(page.stream, Number(page.next));
    for (const [stream] of start.entries()) {
      const rows = answer.pages.filter((page) => page.stream === stream).flatMap((page) => page.rows);
      expect(rows.length).toBeLessThanOrEqual(90);
      seen.push(...rows);
    }
    pages += 1;
  }
  expect(pages).toBeGreaterThan(2);
  const all = answered(await requests.query(TABLE, { ...ALL, where }));
  expect(all.length).toBe(matching);
  expect(seen.toSorted()).toEqual(all.toSorted());
});

test('indexes answer what going through all rows would, also after updates and deletes', async () => {
  table = await startTestTable();
  const { requests } = table;
  const model = new Map<number, Row>();
  const rows = someRows(ROWS);
  rows.forEach((row, id) => model.set(id, row));
  await inserted(requests, rows);
  const random = seededRandom(5);
  const anyId = (): number => Math.floor(random() * model.size);

  for (let round = 0; round < 6; round += 1) {
    const names = Object.fromEntries(Array.from({ length: 200 }, () => [anyId(), `name ${Math.floor(random() * 9)}`]));
    const gone = [...new Set(Array.from({ length: 50 }, () => anyId()))]
      .filter((id) => model.has(id))
      .sort((a, b) => a - b);
    const known = Object.fromEntries(Object.entries(names).filter(([id]) => model.has(Number(id))));
    expect((await requests.rows('PUT', TABLE, namesOf(known))).status).toBe(200);
    for (const [id, name] of Object.entries(known)) model.set(Number(id), { n: model.get(Number(id))?.n ?? 0, name });
    expect((await requests.rows('DELETE', TABLE, idsOf(gone))).status).toBe(200);
    for (const id of gone) model.delete(id);

    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -5, max: ROWS }),
        fc.integer({ min: 0, max: ROWS }),
        fc.integer({ min: 0, max: 2 }),
        async (groups, from, length, kind) => {
          const wanted = groups.map((group) => `name ${group}`);
          const inRange: Test[] = [
            { column: 'n', kind: 'int64', comparison: 'greater_equal', values: [BigInt(from)] },
            { column: 'n', kind: 'int64', comparison: 'less', values: [BigInt(from + length)] },
          ];
          const isNamed: Test[] = [{ column: 'name', kind: 'utf8', comparison: 'equal', values: wanted }];
          const where = [...(kind === 0 ? [] : inRange), ...(kind === 1 ? [] : isNamed)];
          const expected = [...model].filter(
            ([, { name, n }]) =>
              (kind === 0 || (n >= from && n < from + length)) && (kind === 1 || wanted.includes(name ?? '')),
          );
          const query: Query = { ...ALL, where };
          expect(answered(await requests.query(TABLE, query)).sort()).toEqual(
            expected.map(([id, { name, n }]) => JSON.stringify([name, `${n}n`, `${id}n`])).sort(),
          );
        },
      ),
      { numRuns: 15, seed: round },
    );
  }
});

test('counts requests and rows', async () => {
  table = await startTestTable();
  const { requests, emulator } = table;
  await inserted(requests, someRows(10));
  await requests.query(TABLE, { ...ALL, limit: 4 });
  expect(emulator.requests.counts()).toEqual({ 'rows.insert': 1, 'data.query': 1 });
  expect([emulator.requests.rowsReceived(), emulator.requests.rowsSent()]).toEqual([10, 4]);
});

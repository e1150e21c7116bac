import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Cell, Ordering, RowId } from '../../../src/vastdb/engine.ts';
import { and, eq, everyRow, gte, inSelect, isIn, lt, not, or } from '../../../src/vastdb/predicate/builder.ts';
import { afterPosition } from '../../../src/vastdb/query/keyset.ts';
import type { SelectQuery } from '../../../src/vastdb/query/select-query.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type ReadCounts, withReadCounts } from '../../support/vastdb/engine-decorators.ts';
import { cells, COLUMN_NAMES, COLUMNS, predicates, rows } from '../../support/vastdb/predicates.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';
import { insertRows } from '../../support/vastdb/rows.ts';

const ITEMS = { name: 'items', columns: COLUMNS, sortKey: ['id'] };
const GROUPS = {
  name: 'groups',
  columns: [
    { name: 'member', type: 'string', required: true },
    { name: 'kind', type: 'string' },
  ],
} as const;

let temporary: TemporaryEngine;
/** On the engine that does everything itself, and on the same files through one that can do nothing. */
let complete: VastDBManager;
let least: VastDBManager;
let reads: ReadCounts;

beforeAll(async () => {
  temporary = await openTemporaryEngine();
  complete = await VastDBManager.open(temporary.engine, [ITEMS, GROUPS]);
  const counted = withReadCounts(withoutOrdering(temporary.engine));
  reads = counted.reads;
  least = await VastDBManager.open(counted.engine, [ITEMS, GROUPS]);
});
afterAll(async () => {
  await temporary.dispose();
});

async function fill(items: readonly (readonly Cell[])[]): Promise<void> {
  await complete.transaction(async (tx) => {
    await tx.delete('items', everyRow());
    await tx.insertArrays('items', COLUMN_NAMES, items);
  });
}

const orderings: fc.Arbitrary<Ordering[]> = fc
  .shuffledSubarray(['time', 'size', 'score', 'label'])
  .chain((columns) =>
    fc.tuple(
      ...[...columns, 'id'].map((column) =>
        fc.constantFrom<Ordering>({ column, direction: 'asc' }, { column, direction: 'desc' }),
      ),
    ),
  );

const sorted = (list: Cell[][]): string[] => list.map((row) => row.map(String).join('|')).sort();

describe('the executor on an engine that can do as little as permitted', () => {
  it('answers ordered and limited selects as the engine that can do everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        predicates,
        orderings,
        fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
        fc.shuffledSubarray(COLUMN_NAMES),
        fc.boolean(),
        async (items, where, orderBy, limit, columns, hinted) => {
          await fill(items);
          const query: SelectQuery = { table: 'items', columns, where, orderBy, limit, rowIds: true };
          const timeline = hinted ? { column: 'time' } : undefined;
          expect(await least.select({ ...query, timeline })).toEqual(await complete.select(query));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('answers distinct selects and counts alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        predicates,
        fc.subarray(['size', 'score', 'label'], { minLength: 1 }),
        async (items, where, columns) => {
          await fill(items);
          const query: SelectQuery = { table: 'items', columns, where, distinct: true };
          const orderBy = columns.map((column): Ordering => ({ column, direction: 'desc' }));
          expect(sorted((await least.select(query)).rows)).toEqual(sorted((await complete.select(query)).rows));
          expect(await least.select({ ...query, orderBy, limit: 3 })).toEqual(
            await complete.select({ ...query, orderBy, limit: 3 }),
          );
          expect(await least.count('items', where)).toBe(await complete.count('items', where));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('returns limited distinct rows by time through the windows', async () => {
    await fill(
      Array.from({ length: 60 }, (_, index): Cell[] => [`i${index}`, BigInt(Math.floor(index / 3)), null, null, null]),
    );
    const found = await least.select({
      table: 'items',
      columns: ['time'],
      distinct: true,
      orderBy: [{ column: 'time', direction: 'desc' }],
      limit: 5,
      timeline: { column: 'time', expectedStepNs: 1n },
    });
    expect(found.rows).toEqual([[19n], [18n], [17n], [16n], [15n]]);
  });

  it('runs subqueries, also negated ones and long lists, in parts that the engine accepts', async () => {
    const count = 2500;
    await fill(Array.from({ length: count }, (_, index): Cell[] => [`i${index}`, BigInt(index), null, null, null]));
    await complete.delete('groups', everyRow());
    await insertRows(
      complete,
      'groups',
      Array.from({ length: count - 100 }, (_, index) => ({
        member: `i${index}`,
        kind: index % 2 === 0 ? 'even' : 'odd',
      })),
    );
    const members = inSelect('id', { table: 'groups', column: 'member' });
    const even = inSelect('id', { table: 'groups', column: 'member', where: eq('kind', 'even') });
    for (const where of [members, not(members), and([members, not(even)]), or([even, lt('time', 9n)])]) {
      const orderBy: Ordering[] = [{ column: 'time', direction: 'asc' }];
      const query: SelectQuery = { table: 'items', columns: ['id'], where, orderBy };
      reads.requests.length = 0;
      const found = await least.select(query);
      expect(found).toEqual(await complete.select(query));
      expect(found.rows.length).toBeGreaterThan(90);
      expect(await least.count('items', where)).toBe(found.rows.length);
      for (const request of reads.requests) expect(longestList(request.where)).toBeLessThanOrEqual(1000);
    }
  });

  function longestList(predicate: SelectQuery['where']): number {
    if (predicate === undefined) return 0;
    if ('terms' in predicate) return Math.max(0, ...predicate.terms.map(longestList));
    return 'values' in predicate ? predicate.values.length : 0;
  }

  it('asks the engine for no more rows than the limit where nothing is left to be done here', async () => {
    await fill(Array.from({ length: 50 }, (_, index): Cell[] => [`i${index}`, BigInt(index), null, null, null]));
    reads.rows = 0;
    const { rows: found } = await least.select({ table: 'items', columns: ['id'], where: gte('time', 10n), limit: 7 });
    expect(found).toHaveLength(7);
    expect(reads.rows).toBe(7);
  });

  it('finds rows of a list by their ids', async () => {
    await fill(Array.from({ length: 20 }, (_, index): Cell[] => [`i${index}`, BigInt(index), null, null, null]));
    const one = async (manager: VastDBManager): Promise<RowId[]> =>
      (await manager.select({ table: 'items', columns: [], where: isIn('id', ['i3']), rowIds: true })).rowIds;
    expect(await one(least)).toEqual(await one(complete));
    expect(await one(least)).toHaveLength(1);
  });

  it('refuses distinct rows in the order of a column that they do not have', async () => {
    const query: SelectQuery = {
      table: 'items',
      columns: ['size'],
      distinct: true,
      orderBy: [{ column: 'time', direction: 'asc' }],
    };
    await expect(least.select(query)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('keyset paging', () => {
  const nullable = new Set(['size', 'score', 'label']);

  it.each(['complete', 'least'])('pages together are the whole list on the %s engine', async (which) => {
    await fc.assert(
      fc.asyncProperty(rows, orderings, fc.integer({ min: 1, max: 9 }), async (items, ordering, limit) => {
        const manager = which === 'complete' ? complete : least;
        await fill(items);
        const orderBy = ordering.map((order) => ({ ...order, nullable: nullable.has(order.column) }));
        const columns = orderBy.map((order) => order.column);
        const whole = await complete.select({ table: 'items', columns, orderBy });
        const paged: Cell[][] = [];
        for (;;) {
          const last = paged.at(-1);
          const where = last === undefined ? undefined : afterPosition(orderBy, last);
          const page = await manager.select({
            table: 'items',
            columns,
            where,
            orderBy,
            limit,
            timeline: { column: 'time' },
          });
          paged.push(...page.rows);
          if (page.rows.length < limit) break;
        }
        expect(paged).toEqual(whole.rows);
      }),
      { numRuns: 80 },
    );
  });

  it('shows each row of before once, whatever is inserted meanwhile', async () => {
    const inserted = fc.array(fc.array(cells, { maxLength: 4 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(rows, inserted, fc.integer({ min: 1, max: 6 }), async (items, batches, limit) => {
        await fill(items);
        const orderBy: Ordering[] = [
          { column: 'time', direction: 'desc' },
          { column: 'id', direction: 'asc' },
        ];
        const seen: Cell[][] = [];
        for (let page = 0; ; page++) {
          const last = seen.at(-1);
          const where = last === undefined ? undefined : afterPosition(orderBy, last);
          const found = await least.select({ table: 'items', columns: ['time', 'id'], where, orderBy, limit });
          seen.push(...found.rows);
          if (found.rows.length < limit) break;
          const added = (batches[page] ?? []).map((rest, index): Cell[] => [`new-${page}-${index}`, ...rest]);
          await complete.transaction((tx) => tx.insertArrays('items', COLUMN_NAMES, added));
        }
        const ids = seen.map(([, id]) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [id] of items) expect(ids).toContain(id);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a position that does not fit', () => {
    const orderBy: Ordering[] = [{ column: 'time', direction: 'asc' }];
    expect(() => afterPosition(orderBy, [])).toThrow(/one cell for each/);
    expect(() => afterPosition(orderBy, [1n, 2n])).toThrow(/one cell for each/);
    expect(() => afterPosition(orderBy, [null])).toThrow(/not nullable/);
  });
});

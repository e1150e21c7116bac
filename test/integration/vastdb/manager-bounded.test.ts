import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell, Ordering } from '../../../src/vastdb/engine.ts';
import { and, everyRow, gte } from '../../../src/vastdb/predicate/builder.ts';
import { afterPosition } from '../../../src/vastdb/query/keyset.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type ReadCounts, withReadCounts } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

const COLUMNS = [
  { name: 'id', type: 'string', required: true },
  { name: 'time', type: 'int64', required: true },
  { name: 'text', type: 'string', required: true },
] as const;
/** Read by an index in the order of time, and so that SQLite has to sort. */
const NOTES = { name: 'notes', columns: COLUMNS, indexes: [{ columns: ['time', 'id'] }] };
const KEYED = { name: 'keyed', columns: COLUMNS, sortKey: ['id'] };
const LINKS = {
  name: 'links',
  columns: [
    { name: 'from', type: 'string' },
    { name: 'to', type: 'string' },
  ],
} as const;
const BY_TIME: readonly Ordering[] = [
  { column: 'time', direction: 'asc' },
  { column: 'id', direction: 'asc' },
];
const TEXT_BYTES = 1_000;
const MAX_BYTES = 10_000;

let temporary: TemporaryEngine;
let whole: VastDBManager;
let least: VastDBManager;
let reads: ReadCounts;

beforeAll(async () => {
  temporary = await openTemporaryEngine();
  whole = await VastDBManager.open(temporary.engine, [NOTES, KEYED, LINKS]);
  const counted = withReadCounts(withoutOrdering(temporary.engine));
  reads = counted.reads;
  least = await VastDBManager.open(counted.engine, [NOTES, KEYED, LINKS]);
});
afterAll(() => temporary.dispose());
beforeEach(async () => {
  await whole.transaction(async (tx) => {
    for (const { name } of [NOTES, KEYED]) {
      await tx.delete(name, everyRow());
      const rows = Array.from({ length: 500 }, (_, n) => [
        idOf((n * 7) % 500),
        BigInt(n % 250),
        'x'.repeat(TEXT_BYTES),
      ]);
      await tx.insertArrays(
        name,
        COLUMNS.map((column) => column.name),
        rows,
      );
    }
    await tx.delete('links', everyRow());
    await tx.insertArrays('links', ['from', 'to'], [[idOf(0), 'there']]);
  });
});

const idOf = (n: number): string => `id ${String(n).padStart(4, '0')}`;

describe.each([
  ['the embedded engine', () => whole],
  ['an engine that can do as little as permitted', () => least],
])('a select with maxBytes on %s', (_, manager) => {
  describe.each([NOTES.name, KEYED.name])('of the table %s', (table) => {
    const query = { table, columns: ['text', 'time', 'id'], orderBy: BY_TIME, timeline: { column: 'time' } };

    it('reads the same rows in the same order, page by page', async () => {
      const expected = (await whole.reader().select(query)).rows;
      const found: Cell[][] = [];
      let after: Cell[] | undefined;
      for (;;) {
        const where = after === undefined ? undefined : afterPosition(BY_TIME, after);
        const page = await manager()
          .reader()
          .select({ ...query, where, limit: 1_000, maxBytes: MAX_BYTES });
        found.push(...page.rows);
        // Texts alone come to the most with the tenth row; the ids may make it one less.
        expect(page.rows.length).toBeLessThanOrEqual(10);
        if (page.cut !== true) break;
        expect(page.rows.length).toBeGreaterThan(8);
        const [, time = null, id = null] = page.rows.at(-1) ?? [];
        after = [time, id];
      }
      expect(found).toEqual(expected);
    });

    it('has the cells that were asked for, ids of rows and lookups', async () => {
      const lookups = [{ table: 'links', column: 'to', match: 'from', equals: 'id' }];
      const where = and([gte('time', 0n)]);
      const asked = { ...query, columns: ['text', 'id'], lookups, where, rowIds: true, limit: 3 };
      const bounded = await manager()
        .reader()
        .select({ ...asked, maxBytes: MAX_BYTES });
      expect(bounded).toEqual(await manager().reader().select(asked));
      expect(bounded.rows[0]?.slice(1)).toEqual([idOf(0), '["there"]']);
      expect(bounded.cut).toBeUndefined();
    });

    it('has one row at least, however large it is', async () => {
      const { rows, cut } = await manager()
        .reader()
        .select({ ...query, limit: 5, maxBytes: 1 });
      expect([rows.length, cut]).toEqual([1, true]);
    });
  });
});

describe('an engine that cannot stop by itself', () => {
  const query = { table: 'notes', columns: ['id', 'time', 'text'], orderBy: BY_TIME, timeline: { column: 'time' } };
  const read = async (limit: number, maxBytes?: number): Promise<{ selects: number; rows: number }> => {
    Object.assign(reads, { selects: 0, rows: 0 });
    await least.reader().select({ ...query, limit, ...(maxBytes !== undefined && { maxBytes }) });
    return { selects: reads.selects, rows: reads.rows };
  };

  it('is asked for a page of the default size as without, and for few large rows once they are known', async () => {
    await whole.transaction((tx) => tx.update('notes', everyRow(), { text: 'short' }));
    await read(101, MAX_BYTES);
    expect((await read(101, MAX_BYTES)).selects).toBe((await read(101)).selects);
    await whole.transaction((tx) => tx.update('notes', everyRow(), { text: 'x'.repeat(TEXT_BYTES) }));
    await read(101, MAX_BYTES);
    // A window that is too full has brought a sample of 129 rows.
    expect((await read(500, MAX_BYTES)).rows).toBeLessThan(450);
    expect((await read(500)).rows).toBeGreaterThanOrEqual(500);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Cell, Ordering } from '../../../src/vastdb/engine.ts';
import { and, contains, eq, everyRow, gte, lt, not, or } from '../../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../../src/vastdb/predicate/predicate.ts';
import type { TimelineHint } from '../../../src/vastdb/query/select-query.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type ReadCounts, withReadCounts } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';
import { insertRows } from '../../support/vastdb/rows.ts';

const SECOND = 1_000_000_000n;
const SEGMENTS = {
  name: 'segments',
  columns: [
    { name: 'flow', type: 'string', required: true },
    { name: 'start', type: 'int64', required: true },
    { name: 'note', type: 'string' },
    { name: 'maybe', type: 'int64' },
  ],
  sortKey: ['flow', 'start'],
} as const;

let temporary: TemporaryEngine;
let complete: VastDBManager;
let unordered: VastDBManager;
let reads: ReadCounts;

beforeAll(async () => {
  temporary = await openTemporaryEngine();
  complete = await VastDBManager.open(temporary.engine, [SEGMENTS]);
  const counted = withReadCounts(withoutOrdering(temporary.engine));
  reads = counted.reads;
  unordered = await VastDBManager.open(counted.engine, [SEGMENTS]);
});
afterAll(async () => {
  await temporary.dispose();
});
beforeEach(async () => {
  await complete.delete('segments', everyRow());
});

async function fill(
  flow: string,
  starts: readonly bigint[],
  note: (index: number) => string = () => 'n',
): Promise<void> {
  const cells = starts.map((start, index): Cell[] => [flow, start, note(index)]);
  await complete.transaction((tx) => tx.insertArrays('segments', ['flow', 'start', 'note'], cells));
}

async function page(
  where: Predicate,
  direction: Ordering['direction'],
  limit: number,
  timeline: TimelineHint = { column: 'start' },
): Promise<Cell[]> {
  const query = {
    table: 'segments',
    columns: ['start'],
    where,
    orderBy: [{ column: 'start', direction }],
    limit,
  } as const;
  reads.rows = 0;
  reads.selects = 0;
  reads.counts = 0;
  const found = await unordered.select({ ...query, timeline });
  expect(found).toEqual(await complete.select(query));
  return found.rows.map(([start]) => start ?? null);
}

describe('a page of a timeline on an engine without ordering', () => {
  const dense = Array.from({ length: 20_000 }, (_, index) => BigInt(index) * 2n * SECOND);

  it.each([
    ['asc', 'with the expected step', { column: 'start', expectedStepNs: 2n * SECOND }],
    ['desc', 'with the expected step', { column: 'start', expectedStepNs: 2n * SECOND }],
    ['asc', 'without it', { column: 'start' }],
    ['desc', 'without it', { column: 'start' }],
    ['asc', 'with a step that is far too long', { column: 'start', expectedStepNs: 3600n * SECOND }],
    ['asc', 'with a step that is far too short', { column: 'start', expectedStepNs: 1n }],
  ] as const)('reads few rows more than it returns: %s, %s', async (direction, _name, hint) => {
    await fill('a', dense);
    await fill('b', dense);
    for (const where of [
      eq('flow', 'a'),
      and([eq('flow', 'a'), gte('start', 20_000n * SECOND)]),
      and([eq('flow', 'a'), lt('start', 20_000n * SECOND)]),
    ]) {
      const found = await page(where, direction, 100, hint);
      expect(found).toHaveLength(100);
      expect(reads.rows).toBeLessThanOrEqual(10 * 100);
      expect(reads.selects + reads.counts).toBeLessThan(100);
    }
  });

  it('takes few reads when bounds and step are known', async () => {
    await fill('a', dense);
    await page(and([eq('flow', 'a'), gte('start', 5000n * SECOND)]), 'asc', 300, {
      column: 'start',
      expectedStepNs: 2n * SECOND,
    });
    expect(reads.selects + reads.counts).toBeLessThanOrEqual(2);
    expect(reads.rows).toBeLessThan(400);
  });

  it('crosses gaps of years in few reads and finds the end', async () => {
    const year = 365n * 24n * 3600n * SECOND;
    const islands = [-80n, 0n, 1n, 90n].flatMap((years) =>
      Array.from({ length: 30 }, (_, index) => years * year + BigInt(index) * SECOND),
    );
    await fill('a', islands);
    for (const direction of ['asc', 'desc'] as const) {
      expect(await page(eq('flow', 'a'), direction, 1000)).toHaveLength(120);
      expect(reads.selects + reads.counts).toBeLessThan(400);
      expect(reads.rows).toBeLessThan(1000);
    }
  });

  it('finds nothing in one read where there is nothing', async () => {
    expect(await page(eq('flow', 'a'), 'asc', 10)).toEqual([]);
    expect(reads.selects).toBe(1);
  });

  it('reads on where the engine cannot filter by everything', async () => {
    await fill('a', dense, (index) => (index % 500 === 499 ? 'x-rare' : 'x'));
    const found = await page(and([eq('flow', 'a'), or([eq('note', 'x-rare'), not(contains('note', 'x'))])]), 'asc', 5);
    expect(found).toHaveLength(5);
    expect(reads.rows).toBeLessThan(10_000);
    expect(await page(and([eq('flow', 'a'), not(contains('note', 'x'))]), 'desc', 5)).toEqual([]);
  });

  it('agrees with an engine that sorts, for any rows and bounds', async () => {
    const extremes = fc.constantFrom(-(2n ** 63n), -(2n ** 63n) + 1n, -1n, 0n, 1n, 2n ** 63n - 1n);
    const starts = fc.oneof(
      extremes,
      fc.bigInt({ min: -50n, max: 50n }),
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(starts, { maxLength: 60 }),
        fc.option(starts),
        fc.option(starts),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 20 }),
        fc.option(fc.bigInt({ min: -1n, max: 2n ** 63n }), { nil: undefined }),
        async (list, from, to, direction, limit, expectedStepNs) => {
          await complete.delete('segments', everyRow());
          await fill('a', list);
          const where = and([
            ...(from === null ? [] : [gte('start', from)]),
            ...(to === null ? [] : [lt('start', to)]),
          ]);
          await page(where, direction, limit, { column: 'start', expectedStepNs });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes in the one row of a lead-in, however far before the others it lies', async () => {
    const year = 365n * 24n * 3600n * SECOND;
    await fill('a', [-100n * year, ...dense]);
    const hint = { column: 'start', from: -100n * year, to: 40_000n * SECOND, leadIn: 0n, expectedStepNs: 2n * SECOND };
    expect(await page(eq('flow', 'a'), 'asc', 100, hint)).toHaveLength(100);
    expect(reads.selects).toBe(1);
    expect(await page(lt('start', 100n * SECOND), 'desc', 100, hint)).toHaveLength(51);
    expect(reads.selects).toBe(1);
    expect(await page(lt('start', -1n), 'desc', 100, hint)).toEqual([-100n * year]);
  });

  it('agrees with an engine that sorts, for any lead-in', async () => {
    const starts = fc.uniqueArray(fc.bigInt({ min: -500n, max: 500n }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        starts,
        fc.nat(),
        fc.bigInt({ min: 0n, max: 1_000n }),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 20 }),
        async (list, index, distance, direction, limit) => {
          await complete.delete('segments', everyRow());
          await fill('a', list);
          const sorted = list.toSorted((a, b) => (a < b ? -1 : 1));
          const first = sorted[index % sorted.length] ?? 0n;
          const second = sorted[(index % sorted.length) + 1] ?? first + 1_000n;
          const leadIn = first + (distance < second - first ? distance : second - first);
          await page(gte('start', first), direction, limit, { column: 'start', leadIn, expectedStepNs: 10n });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('sorts by itself when the column may hold nulls, whatever the hint says', async () => {
    await insertRows(complete, 'segments', [
      { flow: 'a', start: 1n, maybe: null },
      { flow: 'a', start: 2n, maybe: 5n },
    ]);
    const found = await unordered.selectRows({
      table: 'segments',
      columns: ['maybe'],
      orderBy: [{ column: 'maybe', direction: 'asc' }],
      limit: 2,
      timeline: { column: 'maybe' },
    });
    expect(found).toEqual([{ maybe: null }, { maybe: 5n }]);
  });
});

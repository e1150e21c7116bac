import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnalyticsProcess } from '../../../src/vastdb/analytics/analytics-process.ts';
import type { NumberOf } from '../../../src/vastdb/analytics/analysis.ts';
import type { TableDefinition, TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../../src/vastdb/predicate/predicate.ts';
import * as plain from './support/plain-statistics.ts';

/*
 * Every analysis of random rows against a second implementation in plain TypeScript. Times are of today, as
 * nanoseconds: far from 0, where a double keeps no more than 256 of them apart.
 */

const POINTS: TableDefinition = {
  name: 'points',
  columns: [
    { name: 'run', type: 'int64', required: true },
    { name: 'n', type: 'int64', required: true },
    { name: 't', type: 'int64', required: true },
    { name: 'x', type: 'int64' },
    { name: 'y', type: 'float64' },
    { name: 'g', type: 'string' },
  ],
  sortKey: ['run', 'n'],
};
const NOW = 1_750_000_000_000_000_000n;
const RUNS = { numRuns: 12 };
const nobodyGoes = new AbortController().signal;

let folder: string;
let engine: TableEngine;
let compute: AnalyticsProcess;
let run = 0n;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-analytics-'));
  engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 8 });
  await engine.createTable(POINTS);
  compute = new AnalyticsProcess({
    tables: { engine: 'sqlite', file: join(folder, 'tables.sqlite') },
    limits: { memoryMib: 128, threads: 2, directory: join(folder, 'analytics'), reserveBytes: 0 },
    concurrency: 8,
    timeoutMs: 30_000,
    streamMs: 30_000,
    idleMs: 30_000,
  });
});
afterAll(async () => {
  await compute.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

interface Point {
  readonly t: bigint;
  readonly x: bigint | null;
  readonly y: number | null;
  readonly g: string | null;
}

const point: fc.Arbitrary<Point> = fc.record({
  t: fc.integer({ min: -1000, max: 1000 }).map((offset) => NOW + BigInt(offset)),
  x: fc.option(
    fc.integer({ min: -50, max: 50 }).map((value) => NOW + BigInt(value)),
    { freq: 5 },
  ),
  // Parts of 1024: of values that lie closer together plain statistics know too little.
  y: fc.option(
    fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((value) => value / 1024),
    { freq: 5 },
  ),
  g: fc.option(fc.constantFrom('a', 'b', 'c', "it's; --"), { freq: 5 }),
});
const points = fc.array(point, { maxLength: 60 });

/** @returns the predicate that picks these rows and no others. */
async function store(rows: readonly Point[]): Promise<Predicate> {
  run += 1n;
  const cells = rows.map(({ t, x, y, g }, n) => [run, BigInt(n), t, x, y, g]);
  await engine.transaction((tx) => tx.insert('points', ['run', 'n', 't', 'x', 'y', 'g'], cells));
  return eq('run', run);
}

const X = { column: 'x', type: 'int' } as const;
const Y = { column: 'y', type: 'float' } as const;

/** Values of today's nanoseconds above the base: doubles cannot tell the sums apart. */
const near = (actual: number | null, expected: number | null, size: number): void => {
  if (expected === null) expect(actual).toBeNull();
  else expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(size);
};

describe('numbers at the ends of their types', () => {
  const GREATEST = 2n ** 63n - 1n;
  const stored = async (of: NumberOf, numbers: readonly (bigint | number)[]) => {
    const rows = numbers.map((number, n) => ({
      t: BigInt(n),
      x: typeof number === 'bigint' ? number : null,
      y: typeof number === 'number' ? number : null,
      g: 'all',
    }));
    return { table: 'points', where: await store(rows), value: of };
  };

  it.each([
    ['of 64 bits', X, [-GREATEST - 1n, 0n, GREATEST], { rows: 3, nulls: 0, sum: -1n }],
    ['too great to be squared', Y, [1e300, -1.7e308, 5], { rows: 1, nulls: 2, sum: 5 }],
    ['next to 0', Y, [0, 5e-324], { rows: 2, nulls: 0, sum: 5e-324 }],
  ])('are computed with, or are none: %s', async (_name, of, numbers, expected) => {
    const values = await stored(of, numbers);
    const series = { ...values, time: 't' };
    expect(await compute.run({ kind: 'summary', values }, nobodyGoes)).toMatchObject(expected);
    const asked = [
      { kind: 'percentiles', values, fractions: [0.5] },
      { kind: 'distribution', values, bins: 1 },
      { kind: 'distribution', values, bins: 3 },
      { kind: 'movingAverage', series, window: 2n, maxPoints: 10 },
      { kind: 'anomalies', series, threshold: 0.5, limit: 3 },
      { kind: 'trend', series },
    ] as const;
    for (const analysis of asked) {
      const found = await compute.run(analysis, nobodyGoes);
      if ('rows' in found) expect(found.rows, analysis.kind).toBe(expected.rows);
    }
    const together = await compute.run(
      { kind: 'correlation', values, other: { column: 'n', type: 'int' } },
      nobodyGoes,
    );
    expect(together.rows).toBe(expected.rows);
    const { top } = await compute.run({ kind: 'top', values, group: 'g', by: 'mean', limit: 1 }, nobodyGoes);
    expect(top).toMatchObject([{ group: 'all', count: expected.rows }]);
  });
});

describe('analyses of random rows, against plain TypeScript', () => {
  it('summaries, percentiles and distributions', async () => {
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 12 }), async (rows, bins) => {
        const values = { table: 'points', where: await store(rows) };
        const floats = rows.map(({ y }) => y).filter((y) => y !== null);
        const whole = rows.map(({ x }) => x).filter((x) => x !== null);

        const exact = await compute.run({ kind: 'summary', values: { ...values, value: X } }, nobodyGoes);
        const sum = whole.reduce((total, x) => total + x, 0n);
        expect({ ...exact, mean: 0, deviation: 0 }).toEqual({
          rows: whole.length,
          nulls: rows.length - whole.length,
          min: whole.length === 0 ? null : whole.reduce((least, x) => (x < least ? x : least)),
          max: whole.length === 0 ? null : whole.reduce((most, x) => (x > most ? x : most)),
          sum: whole.length === 0 ? null : sum,
          mean: 0,
          deviation: 0,
        });
        near(exact.deviation, plain.deviation(whole.map((x) => Number(x - NOW))), 1e-9);

        const summary = await compute.run({ kind: 'summary', values: { ...values, value: Y } }, nobodyGoes);
        near(summary.mean, plain.mean(floats), 1e-6);
        near(summary.deviation, plain.deviation(floats), 1e-3);

        const fractions = [0, 0.25, 0.5, 0.9, 1];
        const found = await compute.run(
          { kind: 'percentiles', values: { ...values, value: Y }, fractions },
          nobodyGoes,
        );
        fractions.forEach((fraction, index) => {
          near(found.values[index] ?? null, plain.percentile(floats, fraction), 1e-6);
        });

        const shape = await compute.run({ kind: 'distribution', values: { ...values, value: X }, bins }, nobodyGoes);
        expect(shape.bins.map(({ count }) => count)).toEqual(
          plain.distribution(
            whole.map((x) => Number(x - NOW)),
            bins,
          ),
        );
      }),
      RUNS,
    );
  });

  it('moving averages, anomalies and trends', async () => {
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 800 }), async (rows, window) => {
        const known = rows.flatMap(({ t, y }) => (y === null ? [] : [{ t: Number(t - NOW), y }]));
        const series = { table: 'points', where: await store(rows), value: Y, time: 't' };
        const averages = await compute.run(
          { kind: 'movingAverage', series, window: BigInt(window), maxPoints: 1000 },
          nobodyGoes,
        );
        const expected = plain.movingAverage(known, window);
        expect(averages.points.map(({ time, inWindow }) => [Number(time - NOW), inWindow])).toEqual(
          expected.map(({ t, count }) => [t, count]),
        );
        averages.points.forEach(({ average }, index) => near(average, expected[index]?.average ?? null, 1e-6));

        const odd = await compute.run({ kind: 'anomalies', series, threshold: 1, limit: 1000 }, nobodyGoes);
        const scores = plain.anomalies(
          known.map(({ y }) => y),
          1,
        );
        expect(odd.total).toBe(scores.length);
        odd.found.forEach(({ score }, index) => near(Math.abs(score), scores[index] ?? null, 1e-6));

        const line = await compute.run({ kind: 'trend', series }, nobodyGoes);
        const drawn = plain.trend(known);
        near(line.slope, drawn.slope, 1e-4);
        near(line.r2, drawn.r2, 1e-6);
        near(line.first, drawn.first, 1e-6);
        near(line.last, drawn.last, 1e-6);
      }),
      RUNS,
    );
  });

  it('correlations, groups and rates', async () => {
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 700 }), async (rows, bucket) => {
        const values = { table: 'points', where: await store(rows), value: X };
        const both = rows.flatMap(({ x, y }) => (x === null || y === null ? [] : [[Number(x - NOW), y] as const]));
        const together = await compute.run({ kind: 'correlation', values, other: Y }, nobodyGoes);
        near(together.coefficient, plain.correlation(both), 1e-6);

        const grouped = Map.groupBy(
          rows.filter(({ x }) => x !== null),
          ({ g }) => g,
        );
        const { groups, top } = await compute.run(
          { kind: 'top', values, group: 'g', by: 'count', limit: 99 },
          nobodyGoes,
        );
        expect(groups).toBe(grouped.size);
        expect(new Map(top.map(({ group, count }) => [group, count]))).toEqual(
          new Map([...grouped].map(([group, members]) => [group, members.length])),
        );
        expect(top.map(({ count }) => count)).toEqual(top.map(({ count }) => count).toSorted((a, b) => b - a));

        // Rows without a group are a group, those without a number are in none.
        const ofFloats = Map.groupBy(
          rows.filter(({ y }) => y !== null),
          ({ g }) => g,
        );
        const bySum = await compute.run(
          { kind: 'top', values: { ...values, value: Y }, group: 'g', by: 'sum', limit: 99 },
          nobodyGoes,
        );
        expect(new Set(bySum.top.map(({ group }) => group))).toEqual(new Set(ofFloats.keys()));
        for (const { group, count, sum, mean, min, max } of bySum.top) {
          const members = (ofFloats.get(group) ?? []).map(({ y }) => y ?? NaN);
          expect(count).toBe(members.length);
          near(mean, plain.mean(members), 1e-6);
          near(sum, (plain.mean(members) ?? NaN) * members.length, 1e-6);
          near(min, Math.min(...members), 1e-6);
          near(max, Math.max(...members), 1e-6);
        }
        const sums = bySum.top.map(({ sum }) => sum);
        expect(sums).toEqual(sums.toSorted((a, b) => b - a));

        const rate = await compute.run(
          { kind: 'rate', series: { ...values, time: 't' }, bucket: BigInt(bucket), limit: 10_000 },
          nobodyGoes,
        );
        const width = BigInt(bucket);
        const buckets = Map.groupBy(rows, ({ t }) => (t / width) * width);
        expect(new Map(rate.buckets.map(({ start, count }) => [start, count]))).toEqual(
          new Map([...buckets].map(([start, members]) => [start, members.length])),
        );
        const total = rate.buckets.reduce((so, { sum }) => so + sum, 0n);
        expect(total).toBe(rows.reduce((total, { x }) => total + (x ?? 0n), 0n));
      }),
      RUNS,
    );
  });

  it('coverage, gaps and overlaps of intervals', async () => {
    const interval = fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 1, max: 20 }));
    const bound = fc.option(fc.integer({ min: -70, max: 70 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(interval, { maxLength: 25 }), bound, bound, async (pairs, from, to) => {
        // Whether times are far from 0 must not matter; these also cross it.
        const rows = pairs.map(([start, length]) => ({
          t: BigInt(start),
          x: BigInt(start + length),
          y: null,
          g: null,
        }));
        const found = await compute.run(
          {
            kind: 'intervals',
            intervals: {
              table: 'points',
              where: await store(rows),
              start: 't',
              end: 'x',
              ...(from !== undefined && { from: BigInt(from) }),
              ...(to !== undefined && { to: BigInt(to) }),
            },
            limit: 1000,
          },
          nobodyGoes,
        );
        const ranges = pairs.map(([start, length]) => ({ start, end: start + length }));
        const expected = plain.timeline(ranges, from, to);
        expect(found.count).toBe(pairs.length);
        expect(Number(found.covered)).toBe(expected.covered);
        for (const each of ['gaps', 'overlaps'] as const) {
          expect(found[each].first.map(({ start, end }) => [Number(start), Number(end)])).toEqual(expected[each]);
          expect(found[each].total).toBe(expected[each].length);
          expect(Number(found[each].length)).toBe(expected[each].reduce((sum, [start, end]) => sum + end - start, 0));
        }
      }),
      { numRuns: 30 },
    );
  });
});

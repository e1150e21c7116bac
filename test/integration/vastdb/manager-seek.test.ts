import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cell } from '../../../src/vastdb/engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { type ReadCounts, withReadCounts } from '../../support/vastdb/engine-decorators.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

const TABLE = {
  name: 'segments',
  columns: [
    { name: 'flow', type: 'string', required: true },
    { name: 'start', type: 'int64', required: true },
    { name: 'end', type: 'int64', required: true },
  ],
  sortKey: ['flow', 'start'],
} as const;

let temporary: TemporaryEngine;
let complete: VastDBManager;
let unordered: VastDBManager;
let reads: ReadCounts;
let flows = 0;
beforeAll(async () => {
  temporary = await openTemporaryEngine();
  complete = await VastDBManager.open(temporary.engine, [TABLE]);
  const counted = withReadCounts(withoutOrdering(temporary.engine));
  reads = counted.reads;
  unordered = await VastDBManager.open(counted.engine, [TABLE]);
});
afterAll(() => temporary.dispose());

async function fill(starts: readonly bigint[]): Promise<string> {
  const flow = `flow-${++flows}`;
  const cells = starts.map((start): Cell[] => [flow, start, start + 1n]);
  await complete.transaction((tx) => tx.insertArrays('segments', ['flow', 'start', 'end'], cells));
  return flow;
}

const seek = (manager: VastDBManager, flow: string, points: bigint[], direction: 'before' | 'after', step?: bigint) =>
  manager.reader().seek({
    table: 'segments',
    columns: ['end', 'start'],
    where: eq('flow', flow),
    column: 'start',
    points,
    direction,
    timeline: { column: 'start', ...(step !== undefined && { expectedStepNs: step }) },
  });

const instant = fc.oneof(fc.bigInt(-60n, 60n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 2n));
const instants = (minLength: number) =>
  fc.uniqueArray(instant, { minLength, maxLength: 30 }).map((all) => all.sort((a, b) => (a < b ? -1 : 1)));

it('finds the nearest row to each point, with an index and without one', async () => {
  await fc.assert(
    fc.asyncProperty(instants(0), instants(1), fc.bigInt(1n, 100n), async (starts, points, step) => {
      const flow = await fill(starts);
      await fill(points);
      const row = (start: bigint | undefined) => (start === undefined ? undefined : [start + 1n, start]);
      const before = points.map((point) => row(starts.findLast((start) => start <= point)));
      const after = points.map((point) => row(starts.find((start) => start >= point)));
      for (const manager of [complete, unordered]) {
        expect(await seek(manager, flow, points, 'before', step)).toEqual(before);
        expect(await seek(manager, flow, points, 'after')).toEqual(after);
      }
    }),
    { numRuns: 40 },
  );
});

it('reads without an index a few rows for each point, however many there are', async () => {
  const second = 1_000_000_000n;
  const flow = await fill(Array.from({ length: 20_000 }, (_, index) => BigInt(index) * second));
  const points = Array.from({ length: 400 }, (_, index) => BigInt(index) * 50n * second + 7n);
  reads.rows = 0;
  reads.selects = 0;
  const found = await seek(unordered, flow, points, 'before', second);
  expect(found.map((row) => row?.[1])).toEqual(points.map((point) => point - 7n));
  expect(reads.selects).toBe(2);
  expect(reads.rows).toBeLessThanOrEqual(3 * points.length);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CursorPosition } from '../../../src/shared/paging.ts';
import type { SegmentInput } from '../../../src/tams/segments/segment.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import { insertFlows } from '../../support/many-flows.ts';
import { type Cost, costOf, fillFlow, SECOND, stretch } from './support/long-flow.ts';
import { newFlow, type Replica, EmulatedReplicas } from './support/replicas.ts';

/** Flows of a table of their own, ten of which have a label each. */
const SORTED = 20_000;
const EVERY_ORDER = (['created', 'updated', 'label'] as const).flatMap((by) => [
  { by, reverse: false },
  { by, reverse: true },
]);

/** What requests ask of a cluster does not grow: neither with the flow, nor with the segments of a request. */

const SEGMENTS = 100_000;
/** What is behind this is deleted again. */
const END = BigInt(SEGMENTS + 990) * SECOND;

let replicas: EmulatedReplicas;
let replica: Replica;
/** Segments of half a second, one a second: each gap takes another. */
let flowId: string;
let sorted: EmulatedReplicas;
/** Of all flows of that table, in their order. */
const keys: Record<'created' | 'updated' | 'label', string[]> = { created: [], updated: [], label: [] };
beforeAll(async () => {
  sorted = await EmulatedReplicas.start(1);
  const labelOf = (n: number): string => `camera ${(n * 7_919) % 2_000}`;
  // In none of the orders do the ids, or the rows as they lie, have that of the keys.
  await insertFlows(sorted.first.manager, SORTED, (n) => ({ id: randomUUID(), label: labelOf(n) }));
  for (const by of ['created', 'updated', 'label'] as const) {
    const { rows } = await sorted.first.manager.select({ table: FLOWS, columns: [`sort_${by}`] });
    keys[by] = rows.map(([key]) => key ?? '').sort();
  }
  replicas = await EmulatedReplicas.start(1);
  replica = replicas.first;
  flowId = await fillFlow(replica, (index) => stretch(BigInt(index) * SECOND, SECOND / 2n), SEGMENTS);
});
afterAll(async () => {
  await replicas.close();
  await sorted.close();
});

/** In the gaps behind these segments; new external objects, or one that is there. */
const inGaps = (indexes: readonly number[], objectId?: string): SegmentInput[] =>
  indexes.map((index) => ({
    object_id: objectId ?? randomUUID(),
    timerange: TimeRange.fromNs(BigInt(index) * SECOND + SECOND / 2n, BigInt(index + 1) * SECOND).toString(),
    get_urls: [{ url: 'https://elsewhere.example/object' }],
  }));

const numbers = (count: number, from = 0, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);

const register = async (segments: readonly SegmentInput[]): Promise<Cost> => {
  const { result, cost } = await costOf(replicas, () => replica.registration.register(flowId, segments));
  expect(result).toEqual([]);
  return cost;
};

describe('segments are added', () => {
  it('one by one at the end, without a look at the others', async () => {
    // The flow, the object, its id, the registrations for events.
    expect(await register(inGaps([SEGMENTS]))).toEqual({ transactions: 1, queries: 4, rowsSent: 1, writes: 4 });
  });

  it('one by one in the middle, with one look', async () => {
    expect(await register(inGaps([SEGMENTS / 2]))).toEqual({ transactions: 1, queries: 5, rowsSent: 1, writes: 4 });
  });

  it('a thousand at the end, as one', async () => {
    expect(await register(inGaps(numbers(1_000, SEGMENTS + 1)))).toEqual({
      transactions: 1,
      queries: 4,
      rowsSent: 1,
      writes: 4,
    });
  });

  it('a thousand that lie near each other, with one look', async () => {
    const cost = await register(inGaps(numbers(1_000, 40_000)));
    expect(cost).toMatchObject({ queries: 5, writes: 4 });
    expect(cost.rowsSent).toBeLessThanOrEqual(1_100);
  });

  it('a thousand that lie all over the flow, with one look for each 64', async () => {
    const cost = await register(inGaps(numbers(1_000, 10, 35)));
    expect(cost).toMatchObject({ queries: 5 + Math.ceil(1_000 / 64), writes: 4 });
    expect(cost.rowsSent).toBeLessThanOrEqual(8_193 + 2_100);
  });

  it('a thousand that use one object', async () => {
    const [first] = inGaps([5]);
    await register(first === undefined ? [] : [first]);
    const cost = await register(inGaps(numbers(1_000, 42_000, 3), first?.object_id));
    expect(cost).toMatchObject({ queries: 4, writes: 4 });
  });

  it('and refused where they overlap: the first of those in the way is found', async () => {
    const [segment] = inGaps([300]);
    const clash = { ...segment, object_id: randomUUID(), timerange: '[300:0_301:0)' } as SegmentInput;
    const { result, cost } = await costOf(replicas, () => replica.registration.register(flowId, [clash]));
    expect(result.map(({ error }) => error.code)).toEqual(['segment_overlap']);
    expect(cost).toMatchObject({ queries: 4, writes: 0 });
  });
});

describe('segments are deleted', () => {
  const remove = async (timerange: TimeRange): Promise<Cost> => {
    const { cost } = await costOf(replicas, () =>
      replica.deletion.run(async (tx) => {
        const flow = await tx.flows.state(flowId);
        if (flow === undefined) throw new Error('the flow is there');
        return replica.deletion.deleteSegments(tx, flow, { timerange }, 'test');
      }),
    );
    return cost;
  };

  it('from the middle', async () => {
    const cost = await remove(TimeRange.fromNs(60_000n * SECOND, 60_040n * SECOND));
    expect(cost.queries).toBeLessThanOrEqual(4);
    expect(cost.rowsSent).toBeLessThanOrEqual(60);
  });

  it('from either end, where the next one is looked for nearby', async () => {
    for (const range of [TimeRange.fromNs(null, 20n * SECOND), TimeRange.fromNs(END, null)]) {
      const cost = await remove(range);
      expect(cost.queries).toBeLessThanOrEqual(10);
      expect(cost.rowsSent).toBeLessThanOrEqual(750);
    }
    const state = await replica.store.flows.state(flowId);
    expect(state?.content).toMatchObject({ startNs: 20n * SECOND, endNs: END });
  });
});

describe('a flow is read', () => {
  it('with the timerange of its content, or of a part of it', async () => {
    for (const range of [TimeRange.EVERYTHING, TimeRange.fromNs(70_000n * SECOND, 70_500n * SECOND)]) {
      const { result, cost } = await costOf(replicas, () => replica.store.segments.ends(flowId, range));
      expect(result).toMatchObject(
        range.isEverything
          ? { first: { startNs: 20n * SECOND }, last: { endNs: END } }
          : { first: { startNs: 70_000n * SECOND }, last: { startNs: 70_499n * SECOND } },
      );
      expect(cost.queries).toBeLessThanOrEqual(5);
      expect(cost.rowsSent).toBeLessThanOrEqual(300);
    }
  });
});

describe('flows are listed', () => {
  it('page after page, without reading them all', async () => {
    const FLOWS = 1_200;
    const created = new Date(0).toISOString();
    await replica.store.transaction(async (tx) => {
      for (const n of numbers(3)) await tx.flows.insert({ ...newFlow(), created: new Date(n).toISOString() });
    });
    const cells = numbers(FLOWS).map((n) => [
      randomUUID(),
      randomUUID(),
      'urn:x-nmos:format:multi',
      BigInt(Date.parse(created)) * 1_000_000n + BigInt(n * 1_000_000_007),
      false,
      false,
      0,
      0n,
      '{}',
    ]);
    const columns = [
      'id',
      'source_id',
      'format',
      'created_ns',
      'read_only',
      'deleting',
      'active_deletions',
      'segments_version',
      'document',
    ];
    await replica.manager.transaction((tx) => tx.insertArrays('flows', columns, cells));
    const seen = new Set<string>();
    const filter = { tags: { values: new Map(), exists: new Map() } };
    let after: CursorPosition | undefined;
    do {
      const { result, cost } = await costOf(replicas, () => replica.store.flows.list(filter, { limit: 100, after }));
      for (const { id } of result.items) seen.add(id);
      expect(cost.queries).toBeLessThanOrEqual(6);
      expect(cost.rowsSent).toBeLessThanOrEqual(600);
      after = result.next;
    } while (after !== undefined);
    expect(seen.size).toBe(FLOWS + 4);
  });

  /** See docs/adr/0032-sorted-listings.md: the keys of five reads at most, mostly, and the page. */
  it.each(EVERY_ORDER)(
    'sorted by $by, reverse $reverse, as cheaply in the middle as at the beginning',
    async (order) => {
      const filter = { order, tags: { values: new Map(), exists: new Map() } };
      const ids: string[] = [];
      let after: CursorPosition | undefined = undefined;
      for (let page = 0; page < 3; page++) {
        const { result, cost } = await costOf(sorted, () =>
          sorted.first.store.flows.list(filter, { limit: 100, after }),
        );
        expect(cost.queries).toBeLessThanOrEqual(10);
        expect(cost.rowsSent).toBeLessThanOrEqual(12_000);
        ids.push(...result.items.map(({ id }) => id));
        const [name = ''] = result.next ?? [];
        // The second page is that of a row in the middle.
        after = page === 0 ? [name, keys[order.by][SORTED / 2] ?? ''] : result.next;
      }
      const inOrder = keys[order.by].map((key) => key.slice(-36));
      const [start, middle] = order.reverse ? [SORTED, SORTED / 2] : [0, SORTED / 2 + 1];
      const wanted = order.reverse
        ? [...inOrder.slice(start - 100).reverse(), ...inOrder.slice(middle - 200, middle).reverse()]
        : [...inOrder.slice(0, 100), ...inOrder.slice(middle, middle + 200)];
      expect(ids).toEqual(wanted);
    },
  );
});

import { numbersOf } from '../../../src/tams/segments/segment-numbers.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CursorPosition } from '../../../src/shared/paging.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { costOf, fillFlow, type Layout, SECOND, stretch } from './support/long-flow.ts';
import { newFlow, EmulatedReplicas } from './support/replicas.ts';

/**
 * What reads of a long timeline cost on a cluster, which orders nothing: queries, and rows that come
 * back. One query more of a request, of the flow's version, is not counted here.
 */

const SEGMENTS = 40_000;
const DAY = 86_400n * SECOND;
const LIMIT = 100;

const islands =
  (size: number, gapNs: bigint): Layout =>
  (index) =>
    stretch(BigInt(index) * SECOND + BigInt(Math.floor(index / size)) * gapNs, SECOND);

const layouts: Readonly<Record<string, Layout>> = {
  'without gaps': (index) => stretch(BigInt(index) * SECOND, SECOND),
  'in islands of 1,000, ten days apart': islands(1_000, 10n * DAY),
  'in islands of 10, an hour apart': islands(10, 3_600n * SECOND),
  'in two islands, ten years apart': islands(SEGMENTS / 2, 3_650n * DAY),
  'of which the first half is 250 times as dense': (index) =>
    index < SEGMENTS / 2
      ? stretch(BigInt(index) * 40_000_000n, 40_000_000n)
      : stretch(2_000n * SECOND + BigInt(index - SEGMENTS / 2) * 10n * SECOND, 10n * SECOND),
  'with one that is as long as a day': (index) =>
    index < SEGMENTS / 2
      ? stretch(BigInt(index) * SECOND, SECOND)
      : stretch(BigInt(index) * SECOND + (index > SEGMENTS / 2 ? DAY : 0n), index === SEGMENTS / 2 ? DAY : SECOND),
};

let replicas: EmulatedReplicas;
beforeAll(async () => {
  replicas = await EmulatedReplicas.start(1);
});
afterAll(() => replicas.close());

describe.each(Object.entries(layouts))('a flow of 40,000 segments %s', (_name, layout) => {
  let flowId: string;
  beforeAll(async () => {
    flowId = await fillFlow(replicas.first, layout, SEGMENTS);
  });

  /** The starts of all segments that overlap the window, in order. */
  const expected = (from: bigint | null, to: bigint | null): bigint[] =>
    Array.from({ length: SEGMENTS }, (_, index) => layout(index))
      .filter(({ startNs, endNs }) => (from === null || endNs > from) && (to === null || startNs < to))
      .map(({ startNs }) => startNs);

  const at = (index: number, offset = 0n): bigint => layout(index).startNs + offset;
  const windows: [name: string, from: bigint | null, to: bigint | null][] = [
    ['everything', null, null],
    ['from the middle on', at(SEGMENTS / 2 + 5, 7n), null],
    ['up to the middle', null, at(SEGMENTS / 2 - 5, 7n)],
    ['from a third on', at(Math.floor(SEGMENTS / 3)), null],
    ['between two islands', at(SEGMENTS / 2 - 1, SECOND + 1n), null],
    ['of a minute', at(SEGMENTS * 0.7, 1n), at(SEGMENTS * 0.7, 60n * SECOND)],
    ['of an instant', at(20_500, 3n), at(20_500, 4n)],
    ['near the end', at(SEGMENTS - 20), null],
    ['behind the end', at(SEGMENTS - 1, 3_700n * DAY), null],
  ];

  it.each(windows)('answers a page %s', async (_window, from, to) => {
    const timerange = TimeRange.fromNs(from, to);
    const whole = expected(from, to);
    for (const reverse of [false, true]) {
      const order = reverse ? whole.toReversed() : whole;
      let after: CursorPosition | undefined;
      for (let page = 0; page < 3; page += 1) {
        const { result, cost } = await costOf(replicas, () =>
          replicas.first.store.segments.page(flowId, { timerange, reverse }, { limit: LIMIT, after }),
        );
        const starts = result.items.map(({ startNs }) => startNs);
        expect(starts).toEqual(order.slice(page * LIMIT, (page + 1) * LIMIT));
        expect(cost.transactions).toBe(1);
        expect(cost.queries).toBeLessThanOrEqual(11);
        expect(cost.rowsSent).toBeLessThanOrEqual(10 * LIMIT);
        after = result.next;
        if (after === undefined) break;
      }
    }
  });
});

describe('a flow from before its statistics were kept', () => {
  const from = newFlow();
  const urls = [{ url: 'https://elsewhere.example/object' }];
  const segments = Array.from({ length: 500 }, (_, index) => ({
    object_id: `${from.id} ${index}`,
    timerange: TimeRange.fromNs(BigInt(index) * 2n * SECOND, BigInt(index * 2 + 1) * SECOND).toString(),
    get_urls: urls,
  }));
  const state = async () => {
    const found = await replicas.first.store.flows.state(from.id);
    if (found === undefined) throw new Error('the flow is there');
    return found;
  };
  const inSecond = async (second: bigint): Promise<bigint[]> => {
    const timerange = TimeRange.fromNs(second * SECOND + 5n, second * SECOND + 6n);
    const { items } = await replicas.first.store.segments.page(from.id, { timerange, reverse: false }, { limit: 10 });
    return items.map(({ startNs }) => startNs / SECOND);
  };

  beforeAll(async () => {
    const { flows, registration, store } = replicas.first;
    await flows.put(from.id, () => from, 'test');
    expect(await registration.register(from.id, segments)).toEqual([]);
    const { content } = await state();
    await store.transaction(async (tx) => {
      const old = content && { ...content, segments: undefined };
      const present = await state();
      await tx.flows.setContent(present, old, new Date().toISOString(), numbersOf(present));
    });
  });

  it('is read, and guarded against overlaps, all the same', async () => {
    expect([await inSecond(400n), await inSecond(401n), await inSecond(998n)]).toEqual([[400n], [], [998n]]);
    const clashes = [10, 499].map((second) => ({
      object_id: `${from.id} 0`,
      timerange: TimeRange.fromNs(BigInt(second) * 2n * SECOND + 1n, BigInt(second) * 2n * SECOND + 9n).toString(),
    }));
    const refused = await replicas.first.registration.register(from.id, clashes);
    expect(refused.map(({ error }) => error.code)).toEqual(['segment_overlap', 'segment_overlap']);
    expect((await state()).content?.segments).toBeUndefined();
  });

  it('has them from when it was empty', async () => {
    const { deletion, registration } = replicas.first;
    await deletion.run(async (tx) => {
      const flow = await tx.flows.state(from.id);
      if (flow === undefined) throw new Error('the flow is there');
      return deletion.deleteSegments(tx, flow, { timerange: TimeRange.EVERYTHING }, 'test');
    });
    expect((await state()).content).toBeNull();
    await registration.register(from.id, segments.slice(0, 2));
    expect((await state()).content?.segments).toEqual({ count: 2n, longestNs: SECOND });
    expect(await inSecond(2n)).toEqual([2n]);
  });
});

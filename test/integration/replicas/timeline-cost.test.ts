import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CursorPosition } from '../../../src/domain/paging.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { newFlow, Replicas } from './support/replicas.ts';

/**
 * What reads of a long timeline cost on a cluster, which orders nothing: queries, and rows that come
 * back. One query more of a request, of the flow's version, is not counted here.
 */

const SEGMENTS = 100_000;
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const LIMIT = 100;

type Layout = (index: number) => { startNs: bigint; endNs: bigint };

const stretch = (startNs: bigint, lengthNs: bigint) => ({ startNs, endNs: startNs + lengthNs });
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

let replicas: Replicas;
beforeAll(async () => {
  replicas = await Replicas.start(1);
});
afterAll(() => replicas.close());

interface Cost {
  queries: number;
  rows: number;
}

async function costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
  const { requests } = replicas.emulator;
  requests.clear();
  const result = await work();
  return { result, cost: { queries: requests.count('data.query'), rows: requests.rowsSent() } };
}

async function fill(layout: Layout): Promise<string> {
  const { store, flows, manager } = replicas.first;
  const flow = newFlow();
  await flows.put(flow, 'test');
  const all = Array.from({ length: SEGMENTS }, (_, index) => layout(index));
  const columns = ['flow_id', 'start_ns', 'end_ns', 'object_id', 'fragment'];
  const cells = all.map(({ startNs, endNs }, index) => [flow.id, startNs, endNs, `${flow.id} ${index}`, '{']);
  await manager.insertBatches('segments', columns, cells, { batchRows: 20_000 });
  const longestNs = all.reduce(
    (longest, { startNs, endNs }) => (endNs - startNs > longest ? endNs - startNs : longest),
    0n,
  );
  const coveredNs = all.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n);
  await store.transaction(async (tx) => {
    const state = await tx.flows.state(flow.id);
    if (state === undefined) throw new Error('the flow is there');
    const [startNs, endNs] = [all[0]?.startNs ?? 0n, all.at(-1)?.endNs ?? 0n];
    const segments = { count: BigInt(SEGMENTS), longestNs };
    await tx.flows.setContent(state, { startNs, endNs, coveredNs, segments }, new Date().toISOString());
  });
  return flow.id;
}

describe.each(Object.entries(layouts))('a flow of 100,000 segments %s', (_name, layout) => {
  let flowId: string;
  beforeAll(async () => {
    flowId = await fill(layout);
  }, 60_000);

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
    ['from a third on', at(33_333), null],
    ['between two islands', at(49_999, SECOND + 1n), null],
    ['of a minute', at(70_000, 1n), at(70_000, 60n * SECOND)],
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
        const { result, cost } = await costOf(() =>
          replicas.first.store.segments.page(flowId, { timerange, reverse }, { limit: LIMIT, after }),
        );
        const starts = result.items.map(({ startNs }) => startNs);
        expect(starts).toEqual(order.slice(page * LIMIT, (page + 1) * LIMIT));
        console.log(_name, '|', _window, reverse, page, cost);
        expect(cost.queries).toBeLessThanOrEqual(11);
        expect(cost.rows).toBeLessThanOrEqual(10 * LIMIT);
        after = result.next;
        if (after === undefined) break;
      }
    }
  });
});

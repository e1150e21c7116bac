import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { INT64_MAX, INT64_MIN } from '../../../src/shared/time/timestamp.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, failedOf, type Segment, typeOf } from './support/api.ts';

/**
 * A flow's segments against a list of intervals that is searched from end to end: whatever sequence of
 * requests came before, both must answer alike.
 */

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ env: { PAGE_LIMIT_MAX: '1000' } });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

interface Kept {
  readonly objectId: string;
  readonly timerange: string;
  readonly range: TimeRange;
}

class Model {
  segments: Kept[] = [];

  /** The error that refuses the segment, or undefined when it is kept. */
  add(objectId: string, timerange: string): string | undefined {
    const range = TimeRange.parse(timerange);
    if (range.isEmpty || range.startNs === null || range.endNs === null) return 'invalid_segment';
    if (this.segments.some((other) => other.range.overlaps(range))) return 'segment_overlap';
    this.segments.push({ objectId, timerange, range });
    this.segments.sort((a, b) => ((a.range.startNs ?? 0n) < (b.range.startNs ?? 0n) ? -1 : 1));
    return undefined;
  }

  /** As `add` for each, but what the store had before wins over what the list brings. */
  addAll(items: readonly { objectId: string; timerange: string }[]): (string | undefined)[] {
    return items.map(({ objectId, timerange }) => this.add(objectId, timerange));
  }

  delete(within: TimeRange, objectId: string | undefined): void {
    this.segments = this.segments.filter(
      (segment) => !(within.contains(segment.range) && (objectId === undefined || segment.objectId === objectId)),
    );
  }

  find(within: TimeRange, objectId?: string): Kept[] {
    return this.segments.filter(
      (segment) => segment.range.overlaps(within) && (objectId === undefined || segment.objectId === objectId),
    );
  }

  /** The hull of what lies in the range, as text; the bounds' markers are those of the segments. */
  hull(within: TimeRange): string {
    return this.find(within)
      .reduce((hull, { range }) => hull.hull(range), TimeRange.EMPTY)
      .intersect(within)
      .toString();
  }
}

/** Times close together, so that segments meet; some before zero, some beyond 2^53 ns, some at the limits. */
const time = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt({ min: -30n, max: 60n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: -3_000_000_003n, max: -2_999_999_990n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 15n }) },
  { weight: 1, arbitrary: fc.constantFrom(INT64_MIN, INT64_MIN + 1n, INT64_MAX - 1n, INT64_MAX - 7n) },
);

const range = fc.tuple(time, time, fc.boolean(), fc.boolean()).map(([a, b, startInclusive, endInclusive]) => {
  const [start, end] = a <= b ? [a, b] : [b, a];
  // Before the earliest time there is none to write an exclusive start with.
  const markers = { startInclusive: startInclusive || start === INT64_MIN, endInclusive };
  return TimeRange.withMarkers(start, end + 1n, markers);
});
const shortRange = fc
  .tuple(fc.bigInt({ min: -30n, max: 60n }), fc.bigInt({ min: 1n, max: 6n }))
  .map(([start, length]) => {
    return TimeRange.fromNs(start, start + length);
  });
const segmentRange = fc
  .oneof({ weight: 4, arbitrary: shortRange }, { weight: 1, arbitrary: range })
  .map((it) => TimeRange.withMarkers(it.startNs, it.endNs, { startInclusive: true, endInclusive: it.endInclusive }))
  .filter((it) => !it.isEmpty)
  .map(String);

const query = fc.oneof(
  { weight: 6, arbitrary: range.map(String) },
  { weight: 2, arbitrary: shortRange.map(String) },
  { weight: 1, arbitrary: time.map((at) => TimeRange.fromNs(at, null).toString()) },
  { weight: 1, arbitrary: time.map((at) => TimeRange.fromNs(null, at).toString()) },
  { weight: 1, arbitrary: fc.constantFrom('_', '()', '[0:0]', '0:3_0:9') },
);

const object = fc.nat({ max: 2 });
const item = fc.record({ object, timerange: segmentRange });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('one' as const), item }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('list' as const), items: fc.array(item, { maxLength: 12 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      timerange: fc.option(query, { nil: undefined }),
      object: fc.option(object, { nil: undefined }),
    }),
  },
);
const look = fc.record({
  timerange: query,
  object: fc.option(object, { nil: undefined }),
  limit: fc.integer({ min: 1, max: 7 }),
});

const encode = encodeURIComponent;

describe('the segments of a flow', () => {
  it('are what a naive list of intervals says, after any sequence of requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, look), { minLength: 1, maxLength: 14 }), async (steps) => {
        const flowId = await api.newFlow();
        const objects = Array.from({ length: 3 }, () => randomUUID());
        await api.allocate(flowId, { object_ids: objects });
        const idOf = (index: number) => objects[index] ?? '';
        const model = new Model();
        for (const [action, observed] of steps) {
          if (action.kind === 'delete') await remove(flowId, model, action.timerange, action.object, idOf);
          else await add(flowId, model, action.kind === 'one' ? action.item : action.items, idOf);
          await compare(flowId, model, observed, idOf);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

type Item = { readonly object: number; readonly timerange: string };

async function add(flowId: string, model: Model, items: Item | readonly Item[], idOf: (index: number) => string) {
  const toBody = ({ object: index, timerange }: Item) => ({ object_id: idOf(index), timerange });
  if (!('length' in items)) {
    const error = model.add(idOf(items.object), items.timerange);
    const result = await api.postSegments(flowId, toBody(items));
    expect(result.status === 201 ? undefined : typeOf(result), items.timerange).toBe(error);
    return;
  }
  // What is in the store is decided first: a candidate that it refuses stands in nobody's way.
  const errors = model.addAll(items.map((one) => ({ objectId: idOf(one.object), timerange: one.timerange })));
  const result = await api.postSegments(flowId, items.map(toBody));
  const refused = items.flatMap((one, index) => {
    const type = errors[index];
    return type === undefined ? [] : [{ ...toBody(one), type }];
  });
  expect(result.status).toBe(refused.length === 0 ? 201 : 200);
  const answered = refused.length === 0 ? [] : failedOf(result);
  expect(answered.map(({ object_id, timerange, error }) => ({ object_id, timerange, type: error.type }))).toEqual(
    refused,
  );
}

async function remove(
  flowId: string,
  model: Model,
  timerange: string | undefined,
  index: number | undefined,
  idOf: (index: number) => string,
) {
  const objectId = index === undefined ? undefined : idOf(index);
  const parameters = [
    ...(timerange === undefined ? [] : [`timerange=${encode(timerange)}`]),
    ...(objectId === undefined ? [] : [`object_id=${objectId}`]),
  ];
  const result = await api.send('DELETE', `/flows/${flowId}/segments?${parameters.join('&')}`);
  expect(result.status).toBe(204);
  const within = timerange === undefined ? TimeRange.EVERYTHING : TimeRange.parse(timerange);
  if (!within.isEmpty) model.delete(within, objectId);
}

async function compare(
  flowId: string,
  model: Model,
  { timerange, object: index, limit }: { timerange: string; object: number | undefined; limit: number },
  idOf: (index: number) => string,
) {
  const within = TimeRange.parse(timerange);
  const objectId = index === undefined ? undefined : idOf(index);
  const expected = model.find(within, objectId).map((kept) => kept.timerange);
  const filter = `timerange=${encode(timerange)}${objectId === undefined ? '' : `&object_id=${objectId}`}`;
  for (const reverse of [false, true]) {
    const seen: string[] = [];
    const path = `/flows/${flowId}/segments?${filter}&limit=${limit}&reverse_order=${String(reverse)}`;
    for await (const { items, headers } of api.pages<Segment>(path)) {
      expect(items.length).toBeLessThanOrEqual(limit);
      expect(headers.get('x-paging-count')).toBe(String(items.length));
      seen.push(...items.map((segment) => segment.timerange));
    }
    expect(seen, `${filter} reverse=${String(reverse)}`).toEqual(reverse ? expected.toReversed() : expected);
  }
  const flow = await api.get<{ timerange: string }>(
    `/flows/${flowId}?include_timerange=true&timerange=${encode(timerange)}`,
  );
  expect(flow.timerange, `the hull within ${timerange}`).toBe(model.hull(within));
  const source = (await api.get<{ source_id: string }>(`/flows/${flowId}`)).source_id;
  const listed = await api.get<unknown[]>(`/flows?source_id=${source}&timerange=${encode(timerange)}`);
  const overlaps = within.isEmpty ? model.segments.length === 0 : within.isEverything || model.find(within).length > 0;
  expect(listed.length, `GET /flows?timerange=${timerange}`).toBe(overlaps ? 1 : 0);
}

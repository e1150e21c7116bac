import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { nextLink } from '../../support/http-client.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, second, type Segment, typeOf } from './support/api.ts';

const LIMITS = { PAGE_LIMIT_DEFAULT: '7', PAGE_LIMIT_MAX: '20' };

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ env: LIMITS });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const COUNT = 45;
let flowId: string;
let objectIds: string[];
beforeAll(async () => {
  flowId = await api.newFlow();
  objectIds = [await api.newObject(flowId), await api.newObject(flowId)];
  const segments = Array.from({ length: COUNT }, (_, n) => ({
    object_id: objectIds[n % 3 === 0 ? 0 : 1],
    timerange: second(n),
  }));
  await api.must('POST', `/flows/${flowId}/segments`, segments);
});

const seconds = Array.from({ length: COUNT }, (_, n) => n);
const queries: [string, number[]][] = [
  ['', seconds],
  ['timerange=_', seconds],
  ['timerange=[5:0_31:0)', seconds.slice(5, 31)],
  ['timerange=[5:500000000_31:0]', seconds.slice(5, 32)],
  ['timerange=_12:0)', seconds.slice(0, 12)],
  ['timerange=40:0_', seconds.slice(40)],
  ['object_id={first}', seconds.filter((n) => n % 3 === 0)],
  ['object_id={first}&timerange=[10:0_40:0)', seconds.filter((n) => n % 3 === 0 && n >= 10 && n < 40)],
  ['timerange=[100:0_', []],
];

describe.each(queries)('the pages of segments?%s', (template, expected) => {
  it.each([undefined, 1, 2, 3, 13, 20, 1000])('make up the whole, with limit %s, in both orders', async (limit) => {
    const query = template.replace('{first}', objectIds[0] ?? '');
    const applied = Math.min(limit ?? 7, 20);
    for (const reverse of [false, true]) {
      const limited = limit === undefined ? '' : `&limit=${limit}`;
      const path = `/flows/${flowId}/segments?${query}${limited}${reverse ? '&reverse_order=true' : ''}`;
      const pages: Segment[][] = [];
      for await (const { items, headers } of api.pages<Segment>(path)) {
        pages.push(items);
        expect(headers.get('x-paging-limit')).toBe(String(applied));
        expect(headers.get('x-paging-reverse-order')).toBe(String(reverse));
        expect(headers.has('x-paging-nextkey')).toBe(headers.has('link'));
        expect(headers.get('link') ?? '<>').not.toMatch(/<[^>]*[,;][^>]*>/);
      }
      const inOrder = reverse ? expected.toReversed() : expected;
      expect(pages.flat().map(({ timerange }) => timerange)).toEqual(inOrder.map(second));
      // Full pages, and no empty one at the end.
      expect(pages.map((page) => page.length)).toEqual(
        Array.from({ length: Math.max(1, Math.ceil(expected.length / applied)) }, (_, page) =>
          Math.min(applied, expected.length - page * applied),
        ),
      );
    }
  });
});

describe('a cursor', () => {
  it('works with a limit beside it, and with another limit than before', async () => {
    const path = `/flows/${flowId}/segments?timerange=[3:0_`;
    const first = await api.send('GET', `${path}&limit=4`);
    const key = first.headers.get('x-paging-nextkey') ?? '';
    expect(await api.timeranges(flowId, `timerange=[3:0_&limit=2&page=${key}`)).toEqual([7, 8].map(second));
    expect(await api.timeranges(flowId, `timerange=[3:0_&page=${key}`)).toHaveLength(7);
    expect(await api.timeranges(flowId, `page=${key}&limit=1&timerange=[3:0_`)).toEqual([second(7)]);
  });

  it('is refused for another query, or when it was altered', async () => {
    const first = await api.send('GET', `/flows/${flowId}/segments?limit=4`);
    const key = first.headers.get('x-paging-nextkey') ?? '';
    const other = await api.newFlow();
    const altered = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    for (const path of [
      `/flows/${flowId}/segments?timerange=[0:0_&page=${key}`,
      `/flows/${flowId}/segments?reverse_order=true&page=${key}`,
      `/flows/${flowId}/segments?object_id=x&page=${key}`,
      `/flows/${other}/segments?page=${key}`,
      `/flows?page=${key}`,
      `/sources?page=${key}`,
      `/objects/${objectIds[0] ?? ''}?page=${key}`,
      `/flows/${flowId}/segments?page=${altered}`,
      `/flows/${flowId}/segments?page=0`,
      `/flows/${flowId}/segments?page=`,
      `/flows/${flowId}/segments?page=${'A'.repeat(4000)}`,
      `/flows/${flowId}/segments?page=${encodeURIComponent("' OR 1=1 --")}`,
    ]) {
      const result = await api.send('GET', path);
      expect([result.status, typeOf(result)], path).toEqual([400, 'invalid_cursor']);
    }
  });

  it('lives through a restart', async () => {
    const link = nextLink((await api.send('GET', `/flows/${flowId}/segments?limit=4`)).headers) ?? '';
    const again = await startTestServer({ dataDir: server.dataDir, env: LIMITS });
    const { pathname, search } = new URL(link);
    const page = await new Api(again.baseUrl).get<Segment[]>(pathname + search);
    await again.close();
    expect(page.map(({ timerange }) => timerange)).toEqual([4, 5, 6, 7].map(second));
  });
});

describe('paging while others write', () => {
  it('shows every segment that was there from the beginning once, and none twice', async () => {
    for (const reverse of [false, true]) {
      const id = await api.newFlow();
      const objectId = await api.newObject(id);
      const old = Array.from({ length: 40 }, (_, n) => second(n * 3));
      const post = (timeranges: string[]) =>
        api.must(
          'POST',
          `/flows/${id}/segments`,
          timeranges.map((timerange) => ({ object_id: objectId, timerange })),
        );
      await post(old);
      const seen: string[] = [];
      let round = 0;
      for await (const { items } of api.pages<Segment>(
        `/flows/${id}/segments?limit=3&reverse_order=${String(reverse)}`,
      )) {
        seen.push(...items.map(({ timerange }) => timerange));
        // Behind, within and ahead of the page.
        await post([second(round * 9 + 1), second(118 - round * 9 - 1 + 1000), `[-${round + 2}:0_-${round + 1}:0)`]);
        await api.must('DELETE', `/flows/${id}/segments?timerange=${second(round * 9 + 1)}`);
        round += 1;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((timerange) => old.includes(timerange))).toEqual(reverse ? old.toReversed() : old);
    }
  });

  it('of flows and sources does so too, for those made within one millisecond as well', async () => {
    const mark = randomUUID();
    const make = async () => {
      const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() }, { tags: { mark } });
      await api.must('PUT', `/flows/${flow.id}`, flow);
      await api.must('PUT', `/sources/${flow.source_id}/tags/mark`, mark);
      return flow;
    };
    // At once, so that several share their time of creation.
    const flows = await Promise.all(Array.from({ length: 30 }, make));
    for (const [kind, old] of [
      ['flows', flows.map(({ id }) => id)],
      ['sources', flows.map(({ source_id }) => source_id)],
    ] as const) {
      const seen: string[] = [];
      for await (const { items, headers } of api.pages<{ id: string; created: string }>(
        `/${kind}?tag.mark=${mark}&limit=4`,
      )) {
        expect(items.length).toBeLessThanOrEqual(4);
        expect(headers.get('x-paging-limit')).toBe('4');
        seen.push(...items.map(({ id }) => id));
        await make();
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => old.includes(id)).toSorted()).toEqual(old.toSorted());
      const all = await api.all<{ created: string }>(`/${kind}?tag.mark=${mark}`);
      const order = all.map(({ created }) => created);
      const oldestFirst = order.toSorted();
      expect(order).toEqual(IS_NEWER ? oldestFirst.toReversed() : oldestFirst);
    }
  });
});

describe('a window of a long flow', () => {
  it('is found wherever it lies, with a gap before, in and after it', async () => {
    const id = await api.newFlow();
    const objectId = await api.newObject(id);
    for (const start of [0, 1_000_000, 2_000_000_000]) {
      const list = Array.from({ length: 15 }, (_, n) => ({ object_id: objectId, timerange: second(start + n) }));
      await api.must('POST', `/flows/${id}/segments`, list);
    }
    expect(await api.timeranges(id, 'timerange=[2000000010:0_&limit=2')).toEqual(
      [2_000_000_010, 2_000_000_011].map(second),
    );
    expect(await api.timeranges(id, 'timerange=[14:0_1000001:0)')).toEqual([14, 1_000_000].map(second));
    expect(await api.timeranges(id, 'timerange=_&reverse_order=true&limit=1')).toEqual([second(2_000_000_014)]);
    expect(firstOf(await api.timeranges(id, 'timerange=[20:0_&limit=1'))).toBe(second(1_000_000));
  });

  it('costs the same at the end of the flow as at its beginning', async () => {
    const id = await api.newFlow();
    const total = 60_000;
    await api.fill(id, total);
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
    const times: Record<'early' | 'late', number[]> = { early: [], late: [] };
    for (let n = 0; n < 41; n++) {
      for (const [where, start] of [
        ['early', n],
        ['late', total - 50 + n],
      ] as const) {
        const began = performance.now();
        const found = await api.timeranges(id, `timerange=[${start}:0_${start + 2}:0)&accept_get_urls=`);
        times[where].push(performance.now() - began);
        expect(found).toEqual([start, start + 1].map(second));
      }
    }
    // Reading all that lies before takes ten times as long and more.
    expect(median(times.late)).toBeLessThan(3 * median(times.early));
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call, nextLink } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { IS_NEWER, startTestServer } from '../../support/test-server.ts';

interface Shown {
  object_id: string;
  timerange: string;
  get_urls?: { url: string; label?: string; presigned?: boolean; storage_id?: string; controlled?: boolean }[];
}

let server: TestServer;
let storageId: string;
beforeAll(async () => {
  server = await startTestServer({ env: { SEGMENTS_PER_REQUEST_MAX: '20' } });
  const { json } = await send('GET', '/service/storage-backends');
  storageId = (json as { id: string }[])[0]?.id ?? '';
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);
const summaryOf = (result: { json: unknown }) => (result.json as { summary: string }).summary;
const shown = (result: { json: unknown }) => result.json as Shown[];
const rangesOf = (result: { json: unknown }) => shown(result).map(({ timerange }) => timerange);

let last = 0;
/** A flow with room for objects `{prefix}0`, `{prefix}1`, ... */
async function newFlow(objects: number, more: object = {}): Promise<{ path: string; object: (n: number) => string }> {
  const id = testId('flow', ++last);
  const prefix = `seg/${last}/`;
  const flow = videoFlow({ id, source_id: testId('source', last) }, more);
  expect((await send('PUT', `/flows/${id}`, { json: flow })).status).toBe(201);
  const ids = Array.from({ length: objects }, (_, n) => `${prefix}${n}`);
  if (objects > 0) {
    const allocated = await send('POST', `/flows/${id}/storage`, { json: { object_ids: ids } });
    expect(allocated.status, allocated.text).toBe(201);
  }
  return { path: `/flows/${id}/segments`, object: (n) => `${prefix}${n}` };
}

/** A flow with `count` segments of one second each, from zero on. */
async function filledFlow(count: number) {
  const flow = await newFlow(count);
  const segments = Array.from({ length: count }, (_, n) => ({
    object_id: flow.object(n),
    timerange: `[${n}:0_${n + 1}:0)`,
  }));
  expect((await send('POST', flow.path, { json: segments })).status).toBe(201);
  return flow;
}

describe('POST /flows/{flowId}/segments', () => {
  it('keeps a segment as it was sent', async () => {
    const { path, object } = await newFlow(1);
    const segment = {
      object_id: object(0),
      timerange: '-1:5_3:0',
      ts_offset: '-2:0',
      last_duration: '0:40000000',
      sample_offset: 10,
      sample_count: 100,
      key_frame_count: 4,
      get_urls: [{ url: 'https://elsewhere.example/x', label: 'mirror' }],
    };
    const created = await send('POST', path, { json: segment });
    expect([created.status, created.text]).toEqual([201, '']);
    const [found] = shown(await send('GET', path));
    const { get_urls: urls, ...rest } = segment;
    expect(found).toMatchObject(rest);
    expect(found?.get_urls).toEqual(expect.arrayContaining([expect.objectContaining(urls[0] ?? {})]));
  });

  it('takes a list, an empty one too', async () => {
    const { path, object } = await newFlow(2);
    expect((await send('POST', path, { json: [] })).status).toBe(201);
    const json = [0, 1].map((n) => ({ object_id: object(n), timerange: `[${n}:0_${n + 1}:0)` }));
    expect((await send('POST', path, { json })).status).toBe(201);
    expect(rangesOf(await send('GET', path))).toEqual(['[0:0_1:0)', '[1:0_2:0)']);
  });

  it('refuses of a list what overlaps, and keeps the rest', async () => {
    const { path, object } = await newFlow(5);
    await send('POST', path, { json: { object_id: object(0), timerange: '[0:0_10:0)' } });
    const json = [
      { object_id: object(1), timerange: '[9:999999999_11:0)' },
      { object_id: object(2), timerange: '[10:0_20:0)' },
      { object_id: object(3), timerange: '[19:0]' },
      { object_id: object(4), timerange: '[20:0_21:0)' },
    ];
    const result = await send('POST', path, { json });
    expect(result.status).toBe(200);
    const { failed_segments: failed } = result.json as {
      failed_segments: { object_id: string; timerange: string; error: { type: string } }[];
    };
    expect(failed.map(({ object_id, timerange, error }) => [object_id, timerange, error.type])).toEqual([
      [object(1), '[9:999999999_11:0)', 'segment_overlap'],
      [object(3), '[19:0]', 'segment_overlap'],
    ]);
    expect(rangesOf(await send('GET', path))).toEqual(['[0:0_10:0)', '[10:0_20:0)', '[20:0_21:0)']);
    const again = await send('POST', path, { json: [json[0]] });
    expect(again.status).toBe(200);
    const single = await send('POST', path, { json: json[0] });
    expect([single.status, (single.json as { type: string }).type]).toEqual([400, 'segment_overlap']);
  });

  it.each([
    ['body/object_id', { object_id: undefined }],
    ['body/object_id', { object_id: 5 }],
    ['body/object_id', { object_id: '' }],
    ['body/timerange', { timerange: undefined }],
    ['body/timerange', { timerange: 'yesterday' }],
    ['timerange', { timerange: '_' }],
    ['timerange', { timerange: '[5:0_' }],
    ['timerange', { timerange: '(5:0_6:0)' }],
    ['timerange', { timerange: '()' }],
    ['imerange', { timerange: '' }],
    ['imerange', { timerange: '[6:0_5:0)' }],
    ['imestamp', { timerange: '[0:0_99999999999999999999:0)' }],
    ['body/ts_offset', { ts_offset: '5' }],
    ['last_duration', { last_duration: '-1:0' }],
    ['body/sample_count', { sample_count: '5' }],
    ['body/sample_offset', { sample_offset: 1.5 }],
    ['body/get_urls/0/url', { get_urls: [{}] }],
    ['get_urls', { get_urls: [{ url: 'ftp://x/y' }] }],
    ['unallocated', { object_id: 'unallocated' }],
  ])('refuses a segment, naming %s', async (field, change) => {
    const { path, object } = await newFlow(1);
    const result = await send('POST', path, { json: { object_id: object(0), timerange: '[0:0_1:0)', ...change } });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
    expect((await send('GET', path)).json).toEqual([]);
  });

  it('refuses a whole list for one item that is no segment, naming the item', async () => {
    const { path, object } = await newFlow(2);
    const good = { object_id: object(0), timerange: '[0:0_1:0)' };
    const result = await send('POST', path, { json: [good, { object_id: object(1), timerange: 5 }] });
    expect([result.status, summaryOf(result)]).toEqual([400, 'body/1/timerange must be a string']);
    expect((await send('GET', path)).json).toEqual([]);
  });

  it('refuses more than a request may hold, naming the limit', async () => {
    const { path } = await newFlow(0);
    const json = Array.from({ length: 21 }, (_, n) => ({ object_id: 'x', timerange: `[${n}:0_${n + 1}:0)` }));
    const result = await send('POST', path, { json });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining('20')]);
  });

  it('refuses segments of a flow without container, and of one that does not exist', async () => {
    const { path } = await newFlow(0, { container: undefined });
    for (const json of [{ object_id: 'x', timerange: '[0:0_1:0)' }, [{ object_id: 'x', timerange: '[0:0_1:0)' }]]) {
      const result = await send('POST', path, { json });
      expect([result.status, (result.json as { type: string }).type]).toEqual([400, 'container_not_set']);
      expect((await send('POST', `/flows/${testId('flow', 9999)}/segments`, { json })).status).toBe(404);
      expect((await send('POST', '/flows/x/segments', { json })).status).toBe(404);
    }
  });
});

describe('GET /flows/{flowId}/segments', () => {
  it('is empty for a flow that does not exist', async () => {
    const result = await send('GET', `/flows/${testId('flow', 9999)}/segments`);
    expect([result.status, result.json]).toEqual([200, []]);
    expect(result.headers.get('x-paging-count')).toBe('0');
    expect(result.headers.get('x-paging-timerange')).toBe('()');
    expect((await send('GET', '/flows/x/segments')).status).toBe(404);
  });

  it('pages in both directions, and describes each page', async () => {
    const { path } = await filledFlow(7);
    for (const reverse of [false, true]) {
      const seen: string[] = [];
      const covered: (string | null)[] = [];
      let url: string | undefined = `${path}?limit=3&reverse_order=${String(reverse)}`;
      while (url !== undefined) {
        const page = await send('GET', url);
        const head = await send('HEAD', url);
        for (const name of ['link', 'x-paging-count', 'x-paging-timerange', 'x-paging-nextkey', 'content-type']) {
          expect(head.headers.get(name)).toBe(page.headers.get(name));
        }
        expect([head.status, head.text]).toEqual([200, '']);
        expect(page.headers.get('x-paging-limit')).toBe('3');
        expect(page.headers.get('x-paging-reverse-order')).toBe(String(reverse));
        expect(page.headers.get('x-paging-count')).toBe(String(shown(page).length));
        covered.push(page.headers.get('x-paging-timerange'));
        seen.push(...rangesOf(page));
        url = nextLink(page.headers);
      }
      const forward = [0, 1, 2, 3, 4, 5, 6].map((n) => `[${n}:0_${n + 1}:0)`);
      expect(seen).toEqual(reverse ? forward.reverse() : forward);
      expect(covered).toEqual(
        reverse ? ['[4:0_7:0)', '[1:0_4:0)', '[0:0_1:0)'] : ['[0:0_3:0)', '[3:0_6:0)', '[6:0_7:0)'],
      );
    }
  });

  it.each([
    ['timerange=[2:0_4:0)', [2, 3]],
    ['timerange=[2:0_4:0]', [2, 3, 4]],
    ['timerange=(2:0_4:0)', [2, 3]],
    ['timerange=[2:999999999_3:0)', [2]],
    ['timerange=3:5', [3]],
    ['timerange=5:0_', [5, 6]],
    ['timerange=_1:0)', [0]],
    ['timerange=_', [0, 1, 2, 3, 4, 5, 6]],
    ['timerange=', [0, 1, 2, 3, 4, 5, 6]],
    ['timerange=()', []],
    ['timerange=[100:0_', []],
    ['timerange=_-1:0', []],
    ['timerange=[1:0_4:0)&limit=2', [1, 2]],
    ['timerange=[1:0_4:0)&reverse_order=true&limit=2', [3, 2]],
  ])('with ?%s finds %j', async (query, expected) => {
    const { path } = await filledFlow(7);
    expect(rangesOf(await send('GET', `${path}?${query}`))).toEqual(expected.map((n) => `[${n}:0_${n + 1}:0)`));
  });

  it('finds the segments of an object', async () => {
    const { path, object } = await filledFlow(3);
    await send('POST', path, { json: { object_id: object(1), timerange: '[100:0_101:0)', ts_offset: '99:0' } });
    const found = await send('GET', `${path}?object_id=${encodeURIComponent(object(1))}`);
    expect(rangesOf(found)).toEqual(['[1:0_2:0)', '[100:0_101:0)']);
    expect((await send('GET', `${path}?object_id=other`)).json).toEqual([]);
  });

  // 8.2 wants a label with each URL.
  it.skipIf(IS_NEWER)('filters URLs before it makes them', async () => {
    const { path, object } = await newFlow(1);
    const external = { url: 'https://elsewhere.example/a', label: 'mirror' };
    await send('POST', path, {
      json: {
        object_id: object(0),
        timerange: '[0:0_1:0)',
        get_urls: [external, { url: 'https://elsewhere.example/b' }, { url: 'https://elsewhere.example/c', label: '' }],
      },
    });
    const urlsOf = async (query: string) => shown(await send('GET', `${path}?${query}`))[0]?.get_urls ?? [];
    const own = expect.objectContaining({ presigned: true }) as unknown;
    const mirror = expect.objectContaining(external) as unknown;
    expect(await urlsOf('')).toHaveLength(4);
    expect(await urlsOf('accept_get_urls=')).toEqual([]);
    expect(await urlsOf('accept_get_urls=mirror')).toEqual([mirror]);
    expect(await urlsOf('accept_get_urls=other')).toEqual([]);
    expect(await urlsOf(`accept_storage_ids=${storageId}`)).toEqual([own]);
    expect(await urlsOf('accept_storage_ids=')).toHaveLength(4);
    expect(await urlsOf('presigned=true')).toEqual([own]);
    expect(await urlsOf('presigned=false')).toHaveLength(3);
    expect((await urlsOf('presigned=true'))[0]).not.toHaveProperty('storage_id');
    expect((await urlsOf('presigned=true&verbose_storage=true'))[0]).toMatchObject({ storage_id: storageId });
  });

  it.each([
    ['timerange=x', 'timerange'],
    ['timerange=[5:0)', 'timerange'],
    ['limit=0', 'limit'],
    ['reverse_order=1', 'reverse_order'],
    ['verbose_storage=yes', 'verbose_storage'],
    ['presigned=', 'presigned'],
    ['accept_get_urls=a,,b', 'accept_get_urls'],
    ['accept_storage_ids=x', 'accept_storage_ids'],
    ['object_id=a&object_id=b', 'object_id'],
    ['page=x', 'page'],
  ])('refuses ?%s, naming %s, with HEAD as well', async (query, field) => {
    const { path } = await newFlow(0);
    const result = await send('GET', `${path}?${query}`);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
    expect((await send('HEAD', `${path}?${query}`)).status).toBe(400);
  });

  it('takes no cursor of another flow or order', async () => {
    const { path } = await filledFlow(3);
    const key = (await send('GET', `${path}?limit=1`)).headers.get('x-paging-nextkey') ?? '';
    expect(shown(await send('GET', `${path}?limit=2&page=${key}`))).toHaveLength(2);
    expect((await send('GET', `${path}?reverse_order=true&page=${key}`)).status).toBe(400);
    const { path: other } = await filledFlow(1);
    expect((await send('GET', `${other}?page=${key}`)).status).toBe(400);
  });
});

describe('DELETE /flows/{flowId}/segments', () => {
  it('takes what the timerange covers completely, and nothing else', async () => {
    const { path } = await filledFlow(5);
    expect((await send('DELETE', `${path}?timerange=[0:500_3:0)`)).status).toBe(204);
    expect(rangesOf(await send('GET', path))).toEqual(['[0:0_1:0)', '[3:0_4:0)', '[4:0_5:0)']);
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).json).toEqual([]);
  });

  // 8.2 refuses an object at a time that is not its own.
  it.skipIf(IS_NEWER)('takes the segments of one object of this flow alone', async () => {
    const { path, object } = await filledFlow(3);
    const { path: other } = await newFlow(0);
    await send('POST', other, { json: { object_id: object(1), timerange: '[0:0_1:0)' } });
    expect((await send('DELETE', `${path}?object_id=${encodeURIComponent(object(1))}`)).status).toBe(204);
    expect(rangesOf(await send('GET', path))).toEqual(['[0:0_1:0)', '[2:0_3:0)']);
    expect(shown(await send('GET', other))).toHaveLength(1);
  });

  it.each(['timerange=', 'timerange=x', 'timerange=[5:0)', 'timerange=_&timerange=_', 'object_id=a&object_id=b'])(
    'refuses ?%s and takes nothing',
    async (query) => {
      const { path } = await filledFlow(2);
      const result = await send('DELETE', `${path}?${query}`);
      expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(query.split('=')[0] ?? '')]);
      expect(shown(await send('GET', path))).toHaveLength(2);
    },
  );

  it('of a flow that does not exist is a 404', async () => {
    expect((await send('DELETE', `/flows/${testId('flow', 9999)}/segments`)).status).toBe(404);
    expect((await send('DELETE', '/flows/x/segments')).status).toBe(404);
  });
});

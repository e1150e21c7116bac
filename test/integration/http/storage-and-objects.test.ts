import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call, nextLink } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { IS_NEWER, startTestServer } from '../../support/test-server.ts';

interface Allocated {
  object_id: string;
  put_url: { url: string; 'content-type'?: string; headers?: Record<string, string> };
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);
const summaryOf = (result: { json: unknown }) => (result.json as { summary: string }).summary;
const allocatedBy = (result: { json: unknown }) => (result.json as { media_objects: Allocated[] }).media_objects;

let last = 0;
async function newFlow(more: object = {}): Promise<string> {
  const id = testId('flow', ++last);
  const json = videoFlow({ id, source_id: testId('source', last) }, more);
  expect((await send('PUT', `/flows/${id}`, { json })).status).toBe(201);
  return id;
}

async function upload({ put_url: put }: Allocated, bytes: string): Promise<number> {
  const type = put['content-type'];
  const headers = { ...put.headers, ...(type !== undefined && { 'content-type': type }) };
  return (await fetch(put.url, { method: 'PUT', body: bytes, headers })).status;
}

describe('POST /flows/{flowId}/storage', () => {
  it.each([
    ['without a body', {}],
    ['with a content type and an empty body', { headers: { 'content-type': 'application/json' } }],
    ['with an empty object', { json: {} }],
  ])('allocates the default number of objects %s', async (_how, options) => {
    const result = await send('POST', `/flows/${await newFlow()}/storage`, options);
    expect(result.status).toBe(201);
    expect(allocatedBy(result)).toHaveLength(100);
    expect(new Set(allocatedBy(result).map(({ object_id: id }) => id)).size).toBe(100);
  });

  it.each(['plain', 'a/b/c', 'sp ace', 'ünï/🎬', '../../etc/passwd', '.', '..', '%2F', "'; DROP TABLE", 'a?b#c&d=e'])(
    'gives %j a place, whose bytes come back through a segment',
    async (name) => {
      const flow = await newFlow();
      const objectId = `${name}/${flow}`;
      const [place] = allocatedBy(await send('POST', `/flows/${flow}/storage`, { json: { object_ids: [objectId] } }));
      if (place === undefined) throw new Error('nothing was allocated');
      expect(place.object_id).toBe(objectId);
      // Players refuse a segment of a playlist whose URL does not end in a known extension.
      expect(new URL(place.put_url.url).pathname).toMatch(/\.ts$/);
      expect(place.put_url['content-type']).toBe('video/mp2t');
      expect(await upload(place, `bytes of ${objectId}`)).toBe(200);
      const json = { object_id: objectId, timerange: '[0:0_1:0)' };
      expect((await send('POST', `/flows/${flow}/segments`, { json })).status).toBe(201);
      const [segment] = (await send('GET', `/flows/${flow}/segments`)).json as { get_urls: { url: string }[] }[];
      const url = segment?.get_urls[0]?.url ?? '';
      expect(url.startsWith(`${server.baseUrl}/media/`)).toBe(true);
      const downloaded = await fetch(url);
      expect(downloaded.headers.get('content-type')).toBe('video/mp2t');
      expect(await downloaded.text()).toBe(`bytes of ${objectId}`);
    },
  );

  it.each([
    ['one with its extension after one without', (id: string) => [[id], [`${id}.ts`]]],
    ['one without an extension after one with it', (id: string) => [[`${id}.ts`], [id]]],
    ['both in one request', (id: string) => [[id, `${id}.ts`]]],
  ])('gives ids that differ in the extension places of their own: %s', async (_how, requests) => {
    const flow = await newFlow();
    const paths: string[] = [];
    const allocate = async (ids: readonly string[]): Promise<string> => {
      const places = allocatedBy(await send('POST', `/flows/${flow}/storage`, { json: { object_ids: ids } }));
      paths.push(...places.map(({ put_url: { url } }) => new URL(url).pathname));
      return paths.at(-1) ?? '';
    };
    let last = '';
    for (const ids of requests(`alike-${flow}`)) last = await allocate(ids);
    // An id that is made of the path of another.
    await allocate([last.replace(/^.*\//, '').replace(/\.ts$/, '')]);
    expect(new Set(paths).size).toBe(3);
    for (const path of paths) expect(path).toMatch(/\.ts$/);
  });

  it.each([
    ['body/limit', { limit: '5' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: -1 }],
    ['limit', { limit: 1001 }],
    ['object_ids', { object_ids: [] }],
    ['object_ids', { object_ids: [''] }],
    ['object_ids', { object_ids: ['a', 'a'] }],
    ['body/object_ids/1', { object_ids: ['a', 5] }],
    ['object_ids', { limit: 1, object_ids: ['a'] }],
    ['body/storage_id', { storage_id: 'x' }],
    [testId('source', 1), { storage_id: testId('source', 1) }],
    ['body', []],
    ['body', 'text'],
  ])('refuses a request, naming %s', async (field, json) => {
    const result = await send('POST', `/flows/${await newFlow()}/storage`, { json });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
  });

  it('refuses ids that are in use, names them, and allocates none', async () => {
    const flow = await newFlow();
    await send('POST', `/flows/${flow}/storage`, { json: { object_ids: ['used'] } });
    const result = await send('POST', `/flows/${flow}/storage`, { json: { object_ids: ['fresh', 'used'] } });
    expect([result.status, (result.json as { type: string }).type]).toEqual([400, 'object_ids_in_use']);
    expect(summaryOf(result)).toContain('used');
    expect((await send('POST', `/flows/${flow}/storage`, { json: { object_ids: ['fresh'] } })).status).toBe(201);
  });

  it('refuses flows without container, and flows that do not exist', async () => {
    const result = await send('POST', `/flows/${await newFlow({ container: undefined })}/storage`);
    expect([result.status, (result.json as { type: string }).type]).toEqual([400, 'container_not_set']);
    expect((await send('POST', `/flows/${testId('flow', 9999)}/storage`)).status).toBe(404);
    expect((await send('POST', '/flows/x/storage')).status).toBe(404);
  });
});

describe('GET /objects/{objectId}', () => {
  const objectId = 'shared/object ü%2F?#';
  const encoded = encodeURIComponent(objectId);
  const flows: string[] = [];

  beforeAll(async () => {
    for (let n = 0; n < 5; n++) flows.push(await newFlow());
    await send('POST', `/flows/${flows[0] ?? ''}/storage`, { json: { object_ids: [objectId, 'only allocated'] } });
    for (const flow of flows) {
      const json = { object_id: objectId, timerange: '[0:0_1:0)' };
      expect((await send('POST', `/flows/${flow}/segments`, { json })).status).toBe(201);
    }
  });

  it('names the flows that use it, with its slashes encoded or not', async () => {
    for (const path of [encoded, encoded.replace('%2F', '/')]) {
      const result = await send('GET', `/objects/${path}`);
      expect(result.status, result.text).toBe(200);
      const object = result.json as { id: string; referenced_by_flows: string[]; first_referenced_by_flow: string };
      expect([object.id, object.first_referenced_by_flow]).toEqual([objectId, flows[0]]);
      expect(object.referenced_by_flows.sort()).toEqual([...flows].sort());
      const head = await send('HEAD', `/objects/${path}`);
      expect([head.status, head.text]).toEqual([200, '']);
      expect(head.headers.get('x-paging-limit')).toBe(result.headers.get('x-paging-limit'));
    }
  });

  it('pages them', async () => {
    const seen: string[] = [];
    let url: string | undefined = `/objects/${encoded}?limit=2`;
    while (url !== undefined) {
      const page = await send('GET', url);
      expect(page.headers.get('x-paging-limit')).toBe('2');
      expect((await send('HEAD', url)).headers.get('link')).toBe(page.headers.get('link'));
      seen.push(...(page.json as { referenced_by_flows: string[] }).referenced_by_flows);
      url = nextLink(page.headers);
    }
    expect(seen).toHaveLength(5);
    expect(seen.sort()).toEqual([...flows].sort());
  });

  it('is a 404 for what is not there, or only allocated', async () => {
    for (const id of [
      'nothing',
      'only%20allocated',
      'a'.repeat(2048),
      '%00',
      'a/b/c',
      encodeURIComponent("' OR 1=1"),
    ]) {
      expect((await send('GET', `/objects/${id}`)).status).toBe(404);
      expect((await send('HEAD', `/objects/${id}`)).status).toBe(404);
    }
  });

  it.each(['limit=0', 'page=x', 'limit=1&limit=2'])('refuses ?%s', async (query) => {
    const result = await send('GET', `/objects/${encoded}?${query}`);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(query.split('=')[0] ?? '')]);
  });

  // 8.2 wants a label with each URL.
  it.skipIf(IS_NEWER)('knows external objects too', async () => {
    const flow = await newFlow();
    const json = { object_id: 'far/away', timerange: '[0:0_1:0)', get_urls: [{ url: 'https://far.example/away' }] };
    expect((await send('POST', `/flows/${flow}/segments`, { json })).status).toBe(201);
    expect((await send('GET', '/objects/far%2Faway')).json).toMatchObject({
      id: 'far/away',
      referenced_by_flows: [flow],
    });
  });
});

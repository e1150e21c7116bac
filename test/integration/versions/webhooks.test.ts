import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, type CallResult, nextLink } from '../../support/http-client.ts';
import { TamsSpec } from '../../support/tams-spec.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { REACH_RECEIVERS } from '../../support/webhook-receiver.ts';

/* Registrations of both versions beside each other, each answer held against its published schema. */

const SPECS = { '7.0': new TamsSpec(), '8.2': new TamsSpec('8.2') };
type Version = keyof typeof SPECS;
const WEBHOOKS = '/service/webhooks';
const PATH = `${WEBHOOKS}/{webhookId}`;

interface Shown {
  readonly id: string;
  readonly url: string;
  readonly status?: string;
  readonly tags?: object;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: REACH_RECEIVERS });
});
afterAll(() => server.close());
beforeEach(async () => {
  for (const { id } of await listed('8.2')) await send('8.2', 'DELETE', PATH, { id });
});

/** Sends a request, whose answer has to be as published. */
async function send(
  version: Version,
  method: string,
  path: string,
  { id = '', query = '', json }: { id?: string; query?: string; json?: unknown } = {},
): Promise<CallResult> {
  const url = path.replace('{webhookId}', id) + query;
  const result = await call(`${server.baseUrl}/v${version}`, method, url, json === undefined ? {} : { json });
  const spec = SPECS[version];
  const response = spec.operation(method, path).responses[result.status];
  expect(response, `${version} ${method} ${url}: ${result.status} ${result.text}`).toBeDefined();
  const schema = result.status >= 400 ? { $ref: 'error.json' } : response?.schema;
  if (schema !== undefined && method !== 'HEAD') expect(spec.faults(schema, result.json), result.text).toEqual([]);
  return result;
}

const listed = async (version: Version, query = '') =>
  (await send(version, 'GET', WEBHOOKS, { query })).json as Shown[];

const make = async (webhook: object): Promise<Shown> => {
  const result = await send('8.2', 'POST', WEBHOOKS, { json: { events: ['flows/created'], ...webhook } });
  expect(result.status, result.text).toBe(201);
  return result.json as Shown;
};

const register = (webhook: object) =>
  send('7.0', 'POST', WEBHOOKS, { json: { events: ['flows/created'], ...webhook } });

const put = (id: string, webhook: object) =>
  send('8.2', 'PUT', PATH, { id, json: { id, events: ['flows/created'], status: 'created', ...webhook } });

const refusalOf = ({ status, json }: CallResult): [number, string] => [status, (json as { summary: string }).summary];
const says = (text: string): string => expect.stringContaining(text) as string;

const url = 'https://hook.example/a';
const key = { api_key_name: 'X-Key', api_key_value: 'hush' };

describe('webhooks of 8.2', () => {
  it('are made anew by each POST, read, replaced and deleted by their ids, and never show their key', async () => {
    const example = SPECS['8.2'].example('webhook-post.json') as object;
    const [first, second] = [await make(example), await make(example)];
    expect(first).toMatchObject({ url: 'https://hook.example.com/', status: 'started' });
    expect(first.id).not.toBe(second.id);
    expect(await listed('8.2')).toHaveLength(2);

    const { id } = first;
    expect((await send('8.2', 'GET', PATH, { id })).json).toEqual(first);
    expect((await send('8.2', 'HEAD', PATH, { id })).status).toBe(200);
    const more = { tags: { team: ['a', 'b'], note: '' }, include_object_timerange: true, presigned: false };
    const replaced = await put(id, { url, ...more });
    expect([replaced.status, replaced.json]).toEqual([
      201,
      { id, url, events: ['flows/created'], ...more, status: 'started' },
    ]);
    expect((await send('8.2', 'GET', PATH, { id })).json).toEqual(replaced.json);
    for (const { text } of [replaced, await send('8.2', 'GET', WEBHOOKS)]) expect(text).not.toContain('21238dk');

    const deleted = await send('8.2', 'DELETE', PATH, { id });
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const gone of [id, randomUUID(), 'X']) {
      for (const method of ['GET', 'HEAD', 'DELETE']) {
        expect((await send('8.2', method, PATH, { id: gone })).status).toBe(404);
      }
    }
    expect((await put(id, { url })).status).toBe(404);
    expect(await listed('8.2')).toEqual([second]);
  });

  it('are refused with what cannot be, naming the property', async () => {
    const { id } = await make({ url });
    for (const [change, field] of [
      [{ status: 'started' }, 'body/status'],
      [{ status: undefined }, 'body/status'],
      [{ id: randomUUID() }, 'body/id'],
      [{ flow_tags: ['x'] }, 'body/flow_tags'],
      [{ tags: { a: 1 } }, 'body/tags/a'],
      [{ url: 'ftp://hook.example/' }, 'body/url'],
      [{ url: 'http://10.0.0.1/' }, 'body/url'],
      [{ api_key_value: 'without a name' }, 'body/api_key_name'],
      [{ events: ['flows/exploded'] }, 'body/events/0'],
      [{ tags: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [String(n), ''])) }, 'tags'],
    ] as const) {
      expect(refusalOf(await put(id, { url, ...change }))).toEqual([400, says(field)]);
      if ('id' in change || 'status' in change) continue;
      const result = await send('8.2', 'POST', WEBHOOKS, { json: { url, events: [], ...change } });
      expect(refusalOf(result)).toEqual([400, says(field)]);
    }
    // The representation of one that fails can be changed and sent back.
    const error = { type: 'webhook_failing', summary: 'x', time: new Date().toISOString() };
    expect((await put(id, { url, error })).json).not.toHaveProperty('error');
  });

  it('are listed by their URLs, in pages, with tags or without', async () => {
    const names = ['c', 'a', 'B', 'a'];
    for (const [n, name] of names.entries()) {
      const tags = [{ site: 'x,y' }, { site: ['x', 'y'] }, { site: 'x', other: [] }, undefined][n];
      await make({ url: `https://hook.example/${name}`, ...(tags && { tags }) });
    }
    const names82 = async (query: string) => (await listed('8.2', query)).map((each) => each.url.slice(-1)).join('');
    expect(await names82('')).toBe('Baac');
    expect(await names82('?reverse_order=true')).toBe('caaB');
    expect(await names82('?tag.site=x')).toBe('Ba');
    expect(await names82('?tag.site=y,z')).toBe('a');
    expect(await names82('?tag.site=x,y')).toBe('Bac');
    expect(await names82('?tag.site=x&tag_exists.other=true')).toBe('B');
    expect(await names82('?tag_exists.site=false&reverse_order=true')).toBe('a');

    for (const [query, expected] of [
      ['reverse_order=true', 'caaB'],
      ['tag_exists.site=true', 'Bac'],
    ]) {
      let found = '';
      let next: string | undefined = `${server.baseUrl}/v8.2${WEBHOOKS}?${query}&limit=1`;
      while (next !== undefined) {
        const page: CallResult = await call('', 'GET', next);
        found += (page.json as Shown[]).map((each) => each.url.slice(-1)).join('');
        expect(page.headers.get('x-paging-count')).toBe('1');
        expect(page.headers.get('x-paging-reverse-order')).toBe(String(query === 'reverse_order=true'));
        next = nextLink(page.headers);
        if (next !== undefined) expect(next).toContain(`${server.baseUrl}/v8.2${WEBHOOKS}?`);
      }
      expect(found).toBe(expected);
    }
  });

  it('keep their key where no other is given, but send it to no other origin', async () => {
    const { id } = await make({ url, ...key });
    const [name, other] = [{ api_key_name: 'X-Key' }, { api_key_name: 'X-Other' }];
    expect((await put(id, { url: `${url}/b`, ...name })).status).toBe(201);
    expect((await put(id, { url, ...other })).status).toBe(201);
    for (const elsewhere of ['http://hook.example/a', 'https://hook.example:8443/a', 'https://other.example/a']) {
      expect(refusalOf(await put(id, { url: elsewhere, ...other }))).toEqual([400, says('body/api_key_value')]);
    }
    expect((await put(id, { url: 'https://other.example/a', ...key })).status).toBe(201);
    // Without a header there is no key any more, so none could be sent elsewhere.
    expect((await put(id, { url })).json).not.toHaveProperty('api_key_name');
    expect((await put(id, { url: 'https://other.example/a', ...name })).status).toBe(201);
  });
});

describe('webhooks of both versions', () => {
  it('are shown by each, and changed and removed by 7.0 only where it made them', async () => {
    const newer = await make({ url, ...key, tags: { a: ['b'] }, include_object_timerange: true, status: 'disabled' });
    const alone = await make({ url: `${url}/alone`, flow_collected_by_ids: [], source_collected_by_ids: [] });
    const { api_key_name } = key;
    const events = ['flows/created'];
    expect((await register({ url, ...key })).json).toEqual({ url, api_key_name, events });
    expect((await register({ url, ...key, events: ['flows/deleted'] })).status).toBe(201);
    expect(await listed('7.0')).toEqual([
      { url, api_key_name, events, status: 'disabled' },
      { url: `${url}/alone`, events, flow_collected_by_ids: [], source_collected_by_ids: [] },
      { url, api_key_name, events: ['flows/deleted'] },
    ]);
    const all = await listed('8.2');
    expect(all).toHaveLength(3);
    expect(all).toEqual(expect.arrayContaining([newer, alone]));
    const [older] = all.filter(({ id }) => id !== newer.id && id !== alone.id);
    expect(older).toEqual({
      id: expect.any(String) as string,
      url,
      api_key_name,
      events: ['flows/deleted'],
      status: 'started',
    });
    for (const each of [{ url, ...key }, { url, api_key_name }, { url: `${url}/alone` }]) {
      expect((await register({ ...each, events: [] })).status).toBe(204);
    }
    expect(await listed('8.2')).toEqual([newer, alone]);
  });

  it('that 7.0 made can be changed by 8.2, and are the same to 7.0 afterwards', async () => {
    await register({ url, ...key });
    const [{ id } = { id: '' }] = await listed('8.2');
    const { api_key_name } = key;
    const more = { tags: { a: 'b' }, include_object_timerange: true, flow_collected_by_ids: [] };
    expect((await put(id, { url: `${url}/b`, api_key_name, ...more, status: 'disabled' })).status).toBe(201);
    const again = { url: `${url}/b`, events: ['flows/deleted'], flow_collected_by_ids: [] };
    expect((await register({ ...again, ...key })).json).toEqual({ ...again, api_key_name, status: 'disabled' });
    const [shown] = await listed('7.0');
    expect((await register({ ...shown, ...key })).status).toBe(201);
    expect(await listed('8.2')).toEqual([{ id, ...again, api_key_name, ...more, status: 'disabled' }]);

    await register({ url, ...key });
    const taken = await put(id, { url, api_key_name });
    expect(refusalOf(taken)).toEqual([400, says('body/url')]);
    expect((await put(id, { url, api_key_name, api_key_value: 'another' })).status).toBe(201);
    expect((await register({ url, api_key_name, api_key_value: 'another', events: [] })).status).toBe(204);
    expect((await listed('8.2')).map((each) => each.id)).not.toContain(id);
  });

  it('say where a body belongs that only 8.2 takes', async () => {
    for (const more of [
      { tags: { a: 'b' } },
      { status: 'created' },
      { status: 'disabled' },
      { include_object_timerange: true },
      { id: randomUUID(), status: 'created' },
    ]) {
      const result = await register({ url, ...more });
      expect(refusalOf(result)).toEqual([400, says('TAMS 8.2, which this server speaks at /v8.2')]);
    }
    expect(refusalOf(await register({ url, flow_tags: [] }))).toEqual([
      400,
      expect.not.stringContaining('8.2') as string,
    ]);
    const path = `${WEBHOOKS}/${randomUUID()}`;
    const elsewhere = says(`it is of TAMS 8.2, which this server speaks at /v8.2${path}`);
    expect(refusalOf(await call(`${server.baseUrl}/v7.0`, 'GET', path))).toEqual([404, elsewhere]);
  });
});

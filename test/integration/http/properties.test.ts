import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow, testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { IS_NEWER, startTestServer } from '../../support/test-server.ts';

const flow = { id: testId('flow', 1), source_id: testId('source', 1) };
const collector = { id: testId('flow', 2), source_id: testId('source', 2) };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await send('PUT', `/flows/${flow.id}`, { json: videoFlow(flow) });
  await send('PUT', `/flows/${collector.id}`, { json: multiFlow(collector) });
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);

const collection = [{ id: flow.id, role: 'main', container_mapping: { mp2ts_container: { pid: 256 } } }];

/** In 8.2 a member may have none. */
const WITHOUT_ROLE = IS_NEWER ? [] : [[{ id: flow.id }]];

const PROPERTIES = [
  { path: `/sources/${flow.source_id}/label`, values: ['a', ''], wrong: [5, null, ['a'], {}] },
  { path: `/sources/${flow.source_id}/description`, values: ['a\n"b"\u2028'], wrong: [true] },
  { path: `/flows/${flow.id}/label`, values: ['ünïcode 🎬', ''], wrong: [5, null] },
  { path: `/flows/${flow.id}/description`, values: ['a'], wrong: [{}] },
  { path: `/flows/${flow.id}/max_bit_rate`, values: [0, 5000], wrong: [-1, 1.5, '5', 1e20, null] },
  { path: `/flows/${flow.id}/avg_bit_rate`, values: [0, 5000], wrong: [-1, true] },
  {
    path: `/flows/${collector.id}/flow_collection`,
    values: [[], collection],
    wrong: [{}, ...WITHOUT_ROLE, [{ id: testId('flow', 99), role: 'x' }], [{ id: collector.id, role: 'x' }]],
    unset: [],
  },
];

describe.each(PROPERTIES)('$path', ({ path, values, wrong, unset }) => {
  it('is set, read, and removed', async () => {
    for (const value of values) {
      const put = await send('PUT', path, { json: value });
      expect([put.status, put.text], put.text).toEqual([204, '']);
      const got = await send('GET', path);
      expect([got.status, got.json]).toEqual([200, value]);
      expect(got.headers.get('content-type')).toBe('application/json; charset=utf-8');
      const owner = await send('GET', path.slice(0, path.lastIndexOf('/')));
      expect(owner.json).toMatchObject({ [path.slice(path.lastIndexOf('/') + 1)]: value });
    }
    expect((await send('DELETE', path)).status).toBe(204);
    const after = await send('GET', path);
    if (unset === undefined) expect(after.status).toBe(404);
    else expect([after.status, after.json]).toEqual([200, unset]);
    expect((await send('HEAD', path)).status).toBe(after.status);
    expect((await send('DELETE', path)).status).toBe(204);
  });

  it.each(wrong.map((value) => [value]))('cannot be %j', async (value) => {
    const result = await send('PUT', path, { json: value });
    expect(result.status).toBe(400);
    expect((result.json as { summary: string }).summary).toMatch(/body|circ|collect|f1000000/);
  });

  it('needs a body', async () => {
    expect((await send('PUT', path)).status).toBe(400);
    expect((await send('PUT', path, { headers: { 'content-type': 'application/json' } })).status).toBe(400);
  });
});

describe('/flows/{flowId}/read_only', () => {
  const path = `/flows/${flow.id}/read_only`;

  it('is false unless it is set, and set by a bare boolean', async () => {
    expect((await send('GET', path)).json).toBe(false);
    expect((await send('PUT', path, { json: true })).status).toBe(204);
    expect((await send('GET', path)).json).toBe(true);
    expect((await send('PUT', path, { json: false })).status).toBe(204);
    for (const wrong of ['true', 1, null]) expect((await send('PUT', path, { json: wrong })).status).toBe(400);
  });

  it('cannot be removed', async () => {
    expect((await send('DELETE', path)).status).toBe(405);
  });
});

describe.each([`/sources/${flow.source_id}`, `/flows/${flow.id}`])('%s/tags', (owner) => {
  it.each([
    'plain',
    'with space',
    'a/b',
    '%2F',
    'ünï',
    '🎬',
    '.',
    '..',
    '?#&=',
    '__proto__',
    'constructor',
    'toString',
    "'; DROP",
  ])('takes a tag of the name %j', async (name) => {
    // fetch resolves dot segments even when they are encoded; a raw URL must not be touched.
    const one = `${owner}/tags/${encodeURIComponent(name).replace(/^\.+$/, (dots) => `${dots}%20`)}`;
    const stored = /^\.+$/.test(name) ? `${name} ` : name;
    expect((await send('GET', one)).status).toBe(404);
    expect((await send('DELETE', one)).status).toBe(404);
    for (const value of ['x', '', 'other "value"']) {
      expect((await send('PUT', one, { json: value })).status).toBe(204);
      expect((await send('GET', one)).json).toBe(value);
    }
    const all = (await send('GET', `${owner}/tags`)).text;
    expect(all).toContain(`${JSON.stringify(stored)}:`);
    const listing = `${owner.slice(0, owner.lastIndexOf('/'))}?tag.${encodeURIComponent(stored)}=${encodeURIComponent('other "value"')}`;
    expect((await send('GET', listing)).json).toHaveLength(1);
    expect((await send('DELETE', one)).status).toBe(204);
    expect((await send('GET', listing)).json).toHaveLength(0);
  });

  // 8.2 takes lists as well.
  it.skipIf(IS_NEWER)('refuses values that are no text', async () => {
    for (const value of [5, false, {}, ['a']]) {
      const result = await send('PUT', `${owner}/tags/a`, { json: value });
      expect([result.status, (result.json as { summary: string }).summary]).toEqual([
        400,
        expect.stringMatching(/^body must be a string/),
      ]);
    }
  });

  it('refuses a name that is not properly encoded', async () => {
    expect((await send('PUT', `${owner}/tags/%E0%A4%A`, { json: 'x' })).status).toBe(400);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const request = (version: string, method: string, path: string, json?: unknown) =>
  call(`${server.baseUrl}/v${version}`, method, path, json === undefined ? {} : { json });

const jsonOf = async (version: string, path: string) =>
  (await request(version, 'GET', path)).json as Record<string, unknown>;

describe('one store, seen by both versions', () => {
  it('tells each version of itself', async () => {
    expect(await jsonOf('7.0', '/service')).toMatchObject({ api_version: '7.0' });
    expect(await jsonOf('8.2', '/service')).toMatchObject({ api_version: '8.2' });
    expect((await call(server.baseUrl, 'GET', '/service')).json).toMatchObject({ api_version: '7.0' });
  });

  it('shows lists in tags as one text to 7.0, which leaves them alone when it sends them back', async () => {
    const id = testId('flow', 1);
    const flow = videoFlow({ id, source_id: testId('source', 1) }, { tags: { site: ['a', 'b'], one: 'x' } });
    expect((await request('8.2', 'PUT', `/flows/${id}`, { ...flow, status: 'ingesting' })).status).toBe(201);

    const old = await jsonOf('7.0', `/flows/${id}`);
    expect(old).toMatchObject({ tags: { site: 'a,b', one: 'x' } });
    expect(old).not.toHaveProperty('status');
    expect((await request('7.0', 'PUT', `/flows/${id}`, { ...old, label: 'new' })).status).toBe(204);
    expect(await jsonOf('8.2', `/flows/${id}`)).toMatchObject({
      label: 'new',
      status: 'ingesting',
      tags: { site: ['a', 'b'], one: 'x' },
    });
    expect(await jsonOf('7.0', `/flows/${id}/tags`)).toEqual({ site: 'a,b', one: 'x' });
    expect(await jsonOf('8.2', `/flows/${id}/tags/site`)).toEqual(['a', 'b']);

    const found = async (version: string, query: string) =>
      ((await request(version, 'GET', `/flows?${query}`)).json as { id: string }[]).map((each) => each.id);
    expect(await found('8.2', 'tag.site=c,b')).toEqual([id]);
    expect(await found('8.2', 'tag.site=a%2Cb')).toEqual([id]);
    expect(await found('8.2', 'tag.one=x,y')).toEqual([id]);
    expect(await found('8.2', 'tag.site=c')).toEqual([]);
    expect(await found('7.0', 'tag.site=a,b')).toEqual([id]);
    expect(await found('7.0', 'tag.site=b')).toEqual([]);

    for (const path of [`/flows/${id}/tags/site`, `/sources/${flow.source_id}/tags/site`]) {
      const { status, text } = await request('7.0', 'PUT', path, ['a']);
      expect([status, text]).toEqual([400, expect.stringMatching(/body must be a string; .*TAMS 8\.2.* at \/v8\.2/)]);
      expect((await request('7.0', 'PUT', path, [5])).text).not.toContain('8.2');
    }
    expect((await request('7.0', 'PUT', `/flows/${id}/tags/site`, 'a,b,c')).status).toBe(204);
    expect(await jsonOf('8.2', `/flows/${id}/tags/site`)).toBe('a,b,c');
  });

  it('takes a video of 7.0 without a frame rate for one of variable frame rate', async () => {
    const id = testId('flow', 2);
    const flow = videoFlow({ id, source_id: testId('source', 2) });
    const { frame_rate: _, ...essence } = flow.essence_parameters as Record<string, unknown>;
    const put = (version: string, more: object) =>
      request(version, 'PUT', `/flows/${id}`, { ...flow, essence_parameters: { ...essence, ...more } });
    expect((await put('7.0', {})).status).toBe(201);
    expect(await jsonOf('8.2', `/flows/${id}`)).toMatchObject({ essence_parameters: { vfr: true } });
    expect((await jsonOf('7.0', `/flows/${id}`))['essence_parameters']).not.toHaveProperty('vfr');
    expect((await put('8.2', {})).json).toMatchObject({ summary: expect.stringContaining('frame_rate') as string });
    const refused = await put('7.0', { vfr: true });
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/essence_parameters\/vfr .*TAMS 8\.2, which this server speaks at \/v8\.2/);
  });

  it.each(['text', null, 5, ['a'], { layout: 'wide' }])(
    'leaves out of 8.2 the parameters of a multi flow that 7.0 alone takes: %j',
    async (essence_parameters) => {
      const flow = multiFlow({ id: randomUUID(), source_id: randomUUID() }, { essence_parameters });
      expect((await request('7.0', 'PUT', `/flows/${flow.id}`, flow)).status).toBe(201);
      const [listed] = (await request('8.2', 'GET', `/flows?source_id=${flow.source_id}`)).json as object[];
      for (const shown of [listed, await jsonOf('8.2', `/flows/${flow.id}`)]) {
        expect(shown).toMatchObject({ id: flow.id });
        expect(shown).not.toHaveProperty('essence_parameters');
      }
    },
  );

  it('refuses in 7.0 what a multi flow cannot undo there: that its objects need initialisation segments', async () => {
    const ids = { id: randomUUID(), source_id: randomUUID() };
    const path = `/flows/${ids.id}`;
    const flow = multiFlow(ids, { essence_parameters: { init_segments: true } });
    const { status, text } = await request('7.0', 'PUT', path, flow);
    expect([status, text]).toEqual([
      400,
      expect.stringMatching(/init_segments is not a property of TAMS 7\.0; .*\/v8\.2/),
    ]);
    expect((await request('8.2', 'PUT', path, flow)).status).toBe(201);
    expect((await request('7.0', 'PUT', path, await jsonOf('7.0', path))).status).toBe(204);
    expect(await jsonOf('8.2', path)).toMatchObject({ essence_parameters: { init_segments: true } });
  });

  it('requires roles of collections in 7.0 alone', async () => {
    const id = testId('flow', 3);
    const flow_collection = [{ id: testId('flow', 2) }];
    const flow = multiFlow({ id, source_id: testId('source', 3) }, { flow_collection });
    expect((await request('7.0', 'PUT', `/flows/${id}`, flow)).text).toMatch(/role is required.*8\.2/);
    expect((await request('8.2', 'PUT', `/flows/${id}`, flow)).status).toBe(201);
    const alone = await request('7.0', 'PUT', `/flows/${id}/flow_collection`, flow_collection);
    expect(alone.text).toMatch(/role is required.*8\.2/);
    expect(await jsonOf('7.0', `/flows/${id}/flow_collection`)).toEqual([{ id: testId('flow', 2), role: '' }]);
    expect(await jsonOf('7.0', `/sources/${testId('source', 3)}`)).toMatchObject({
      source_collection: [{ id: testId('source', 2), role: '' }],
    });
    expect(await jsonOf('8.2', `/sources/${testId('source', 3)}`)).toMatchObject({
      source_collection: [{ id: testId('source', 2) }],
    });
  });

  it('pages lead back to the version that was asked', async () => {
    const { headers } = await request('8.2', 'GET', '/flows?limit=1');
    expect(headers.get('link')).toContain(`<${server.baseUrl}/v8.2/flows?limit=1&page=`);
    const key = headers.get('x-paging-nextkey') ?? '';
    expect((await request('7.0', 'GET', `/flows?limit=1&page=${key}`)).status).toBe(400);
  });
});

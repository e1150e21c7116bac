import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformingApi } from '../support/conforming-api.ts';
import { call, nextLink } from '../support/http-client.ts';
import { audioFlow, multiFlow, testId, videoFlow } from '../support/examples.ts';
import type { TestServer } from '../support/test-server.ts';
import { startTestServer } from '../support/test-server.ts';
import { ownOperations } from './own-operations.ts';

/** Each version at its path, and that of the root. */
const MOUNTS = [
  { version: '7.0', path: '' },
  { version: '7.0', path: '/v7.0' },
  { version: '8.2', path: '/v8.2' },
] as const;

describe.each(MOUNTS)('every operation of TAMS $version at "$path"', ({ version, path: mount }) => {
  let server: TestServer;
  let api: ConformingApi;

  const video = testId('flow', 1);
  const audio = testId('flow', 2);
  const multi = testId('flow', 3);
  const videoSource = testId('source', 1);

  beforeAll(async () => {
    // Any deletion of more than one segment goes on after its request.
    server = await startTestServer({ env: { DELETE_SYNC_MAX: '1', PAGE_LIMIT_DEFAULT: '2' } });
    api = new ConformingApi(server.baseUrl + mount, version);
  });
  afterAll(() => server.close());

  const run = (...request: Parameters<ConformingApi['send']>) => api.send(...request);
  const read = (...request: Parameters<ConformingApi['read']>) => api.read(...request);

  it('of the service', async () => {
    const root = await read(200, '/');
    expect(root.json).toEqual(expect.arrayContaining(['service', 'flows', 'sources', 'flow-delete-requests']));
    await run(200, 'POST', '/service', [], { json: api.spec.example('service-post.json') });
    await run(400, 'POST', '/service', [], { json: { name: 5 } });
    await read(200, '/service/storage-backends');
    expect((await read(200, '/service')).json).toMatchObject(api.spec.example('service-post.json') as object);
  });

  it('of webhooks', async () => {
    const webhook = {
      url: 'https://hook.example.com/',
      api_key_name: 'Authorization',
      api_key_value: 'Bearer hush',
      events: ['flows/created'],
    };
    await run(201, 'POST', '/service/webhooks', [], { json: webhook });
    const listed = await read(200, '/service/webhooks');
    expect(listed.json).toHaveLength(1);
    expect(listed.text).not.toContain('hush');
    if (version === '7.0') await run(204, 'POST', '/service/webhooks', [], { json: { ...webhook, events: [] } });
    await run(400, 'POST', '/service/webhooks', [], { json: { url: 5 } });
  });

  it('of flows', async () => {
    const flow = videoFlow({ id: video, source_id: videoSource }, { label: 'one', tags: { place: 'Salford' } });
    const { json } = await run(201, 'PUT', '/flows/{flowId}', [video], { json: flow });
    expect(json).toMatchObject(flow);
    await run(204, 'PUT', '/flows/{flowId}', [video], { json: flow });
    await run(201, 'PUT', '/flows/{flowId}', [audio], {
      json: audioFlow({ id: audio, source_id: testId('source', 2) }),
    });
    const members = [
      { id: video, role: 'video' },
      { id: audio, role: 'audio', container_mapping: { track_index: 1, mp2ts_container: { pid: 257 } } },
    ];
    await run(201, 'PUT', '/flows/{flowId}', [multi], {
      json: multiFlow({ id: multi, source_id: testId('source', 3) }, { flow_collection: members }),
    });
    await run(400, 'PUT', '/flows/{flowId}', [video], { json: { ...flow, format: 'x' } });
    await run(404, 'PUT', '/flows/{flowId}', ['X'], { json: flow });

    const found = await read(200, '/flows/{flowId}', [video]);
    expect(found.json).toMatchObject({ ...flow, collected_by: [multi] });
    await read(200, '/flows/{flowId}?include_timerange=true&timerange=_', [video]);
    await read(400, '/flows/{flowId}?include_timerange=1', [video]);
    await read(404, '/flows/{flowId}', [testId('flow', 99)]);

    const page = await read(200, '/flows?limit=2');
    expect(page.json).toHaveLength(2);
    expect(nextLink(page.headers)).toBeDefined();
    const filters = `label=one&tag.place=Salford&tag_exists.place=true&source_id=${videoSource}&codec=video%2Fh264`;
    const filtered = await read(200, `/flows?${filters}&format=urn:x-nmos:format:video&frame_width=1920&timerange=_`);
    expect(filtered.json).toHaveLength(1);
    await read(400, '/flows?limit=0');
  });

  it('of sources', async () => {
    expect((await read(200, '/sources?limit=2')).json).toHaveLength(2);
    expect((await read(200, '/sources?format=urn:x-nmos:format:video&tag_exists.a=false')).json).toHaveLength(1);
    await read(400, '/sources?format=video');
    const { json } = await read(200, '/sources/{sourceId}', [testId('source', 3)]);
    expect((json as { source_collection: unknown[] }).source_collection).toHaveLength(2);
    await read(404, '/sources/{sourceId}', ['X']);
  });

  it.each([
    ['/sources/{sourceId}', videoSource],
    ['/flows/{flowId}', video],
  ])('of tags, labels and descriptions of %s', async (path, id) => {
    await run(204, 'PUT', `${path}/tags/{name}`, [id, 'a/b é'], { json: 'x' });
    expect((await read(200, `${path}/tags`, [id])).json).toMatchObject({ 'a/b é': 'x' });
    expect((await read(200, `${path}/tags/{name}`, [id, 'a/b é'])).json).toBe('x');
    await run(400, 'PUT', `${path}/tags/{name}`, [id, 'a'], { json: { a: 1 } });
    await run(204, 'DELETE', `${path}/tags/{name}`, [id, 'a/b é']);
    await run(404, 'DELETE', `${path}/tags/{name}`, [id, 'a/b é']);
    await read(404, `${path}/tags/{name}`, [id, 'a/b é']);
    await read(404, `${path}/tags`, ['X']);
    for (const property of ['label', 'description']) {
      await run(204, 'PUT', `${path}/${property}`, [id], { json: 'some text' });
      expect((await read(200, `${path}/${property}`, [id])).json).toBe('some text');
      await run(400, 'PUT', `${path}/${property}`, [id], { json: 5 });
      await run(204, 'DELETE', `${path}/${property}`, [id]);
      await read(404, `${path}/${property}`, [id]);
    }
  });

  it('of single properties of flows', async () => {
    for (const [property, value] of [
      ['max_bit_rate', 5000],
      ['avg_bit_rate', 0],
      ['flow_collection', [{ id: audio, role: 'sound' }]],
    ] as const) {
      const flow = property === 'flow_collection' ? multi : video;
      await run(204, 'PUT', `/flows/{flowId}/${property}`, [flow], { json: value });
      expect((await read(200, `/flows/{flowId}/${property}`, [flow])).json).toEqual(value);
      await run(400, 'PUT', `/flows/{flowId}/${property}`, [flow], { json: 'x' });
      await run(204, 'DELETE', `/flows/{flowId}/${property}`, [flow]);
      await read(404, `/flows/{flowId}/${property}`, ['X']);
    }
    expect((await read(200, '/flows/{flowId}/read_only', [video])).json).toBe(false);
    await run(204, 'PUT', '/flows/{flowId}/read_only', [video], { json: true });
    expect((await read(200, '/flows/{flowId}/read_only', [video])).json).toBe(true);
    for (const property of ['description', 'max_bit_rate', 'avg_bit_rate', 'flow_collection']) {
      await run(403, 'DELETE', `/flows/{flowId}/${property}`, [video]);
    }
    await run(403, 'PUT', '/flows/{flowId}/label', [video], { json: 'x' });
    await run(403, 'PUT', '/flows/{flowId}/tags/{name}', [video, 'a'], { json: 'x' });
    await run(403, 'DELETE', '/flows/{flowId}', [video]);
    await run(403, 'POST', '/flows/{flowId}/storage', [video], { json: {} });
    await run(204, 'PUT', '/flows/{flowId}/read_only', [video], { json: false });
  });

  it('of storage, segments and objects', async () => {
    const objects = ['one', 'two/2', 'three', 'four', 'fünf'];
    const { json } = await run(201, 'POST', '/flows/{flowId}/storage', [video], { json: { object_ids: objects } });
    const { media_objects: allocated } = json as {
      media_objects: { object_id: string; put_url: { url: string; 'content-type': string } }[];
    };
    for (const { object_id: id, put_url: put } of allocated) {
      const uploaded = await fetch(put.url, {
        method: 'PUT',
        body: `bytes of ${id}`,
        headers: { 'content-type': put['content-type'] },
      });
      expect(uploaded.status).toBe(200);
    }
    await run(201, 'POST', '/flows/{flowId}/storage', [video]);
    await run(400, 'POST', '/flows/{flowId}/storage', [video], { json: { object_ids: ['one'] } });
    await run(404, 'POST', '/flows/{flowId}/storage', [testId('flow', 99)], { json: { limit: 1 } });

    const segment = (index: number) => ({ object_id: objects[index], timerange: `[${index}:0_${index + 1}:0)` });
    const post = '/flows/{flowId}/segments';
    await run(201, 'POST', post, [video], { json: { ...segment(0), sample_offset: 0, sample_count: 25 } });
    await run(201, 'POST', post, [video], { json: [segment(1), segment(2)] });
    const partial = await run(200, 'POST', post, [video], { json: [segment(3), segment(0), segment(4)] });
    expect((partial.json as { failed_segments: unknown[] }).failed_segments).toHaveLength(1);
    await run(400, 'POST', post, [video], { json: segment(0) });
    await run(404, 'POST', post, [testId('flow', 99)], { json: segment(0) });

    const page = await read(200, `${post}?limit=3&verbose_storage=true`, [video]);
    expect(page.json).toHaveLength(3);
    expect(page.headers.get('x-paging-count')).toBe('3');
    const last = await call(api.base, 'GET', nextLink(page.headers) ?? '');
    api.check('GET', post, last);
    expect(last.json).toHaveLength(2);
    for (const { object_id: id, get_urls: urls } of [...(page.json as Stored[]), ...(last.json as Stored[])]) {
      expect(await (await fetch(urls[0]?.url ?? '')).text()).toBe(`bytes of ${id}`);
    }
    await read(200, `${post}?timerange=[1:0_2:0)&reverse_order=true&presigned=true&object_id=two%2F2`, [video]);
    expect((await read(200, `${post}?accept_get_urls=`, [video])).text).not.toContain('http');
    await read(400, `${post}?timerange=x`, [video]);
    await read(404, post, ['X']);

    const object = await read(200, '/objects/{objectId}?limit=1', ['two/2']);
    expect(object.json).toMatchObject({ id: 'two/2', referenced_by_flows: [video], first_referenced_by_flow: video });
    await read(404, '/objects/{objectId}', ['nothing']);
    await read(400, '/objects/{objectId}?page=x', ['two/2']);
  });

  it('of deletions', async () => {
    const path = '/flows/{flowId}/segments';
    await run(400, 'DELETE', `${path}?timerange=`, [video]);
    await run(204, 'DELETE', `${path}?timerange=[0:0_1:0)`, [video]);
    const accepted = await run(202, 'DELETE', path, [video]);
    const location = accepted.headers.get('location') ?? '';
    const id = location.slice(`${api.base}/flow-delete-requests/`.length);
    expect(accepted.json).toMatchObject({ id, flow_id: video, delete_flow: false });

    await expect
      .poll(async () => (await read(200, '/flow-delete-requests/{request-id}', [id])).json)
      .toMatchObject({
        status: 'done',
      });
    expect((await read(200, '/flow-delete-requests')).json).toEqual([expect.objectContaining({ id })]);
    await read(404, '/flow-delete-requests/{request-id}', ['X']);
    expect((await read(200, path, [video])).json).toEqual([]);

    await run(204, 'DELETE', '/flows/{flowId}', [video]);
    await read(404, '/flows/{flowId}', [video]);
    await run(404, 'DELETE', '/flows/{flowId}', [video]);
  });

  if (version === '8.2') ownOperations(() => api);

  it('has been run, with success and by its rules', () => {
    const all = api.spec.operations.map(({ id }) => id);
    expect(all.filter((id) => !api.covered.has(id))).toEqual([]);
    console.info(`conformance: ${api.covered.size} of ${all.length} operations answer as TAMS ${version} says`);
  });
});

interface Stored {
  object_id: string;
  get_urls: { url: string }[];
}

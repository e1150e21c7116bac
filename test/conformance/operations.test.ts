import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallOptions, CallResult } from '../support/http-client.ts';
import { call, nextLink } from '../support/http-client.ts';
import { audioFlow, multiFlow, testId, videoFlow } from '../support/examples.ts';
import type { OperationFacts } from '../fixtures/tams/facts.ts';
import { TamsSpec } from '../support/tams-spec.ts';
import type { TestServer } from '../support/test-server.ts';
import { startTestServer } from '../support/test-server.ts';

/** Headers that differ between two answers to the same request, or between GET and HEAD. */
const VOLATILE = ['date', 'x-request-id', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'];

/**
 * Runs every operation of the published definition against the real server, over real HTTP, and
 * holds each answer against it: its status must be declared, its headers and its body valid.
 */
describe('every operation of TAMS 7.0', () => {
  let spec: TamsSpec;
  let server: TestServer;
  const covered = new Set<string>();

  const video = testId('flow', 1);
  const audio = testId('flow', 2);
  const multi = testId('flow', 3);
  const videoSource = testId('source', 1);

  beforeAll(async () => {
    spec = new TamsSpec();
    // Any deletion of more than one segment goes on after its request.
    server = await startTestServer({ env: { DELETE_SYNC_MAX: '1', PAGE_LIMIT_DEFAULT: '2' } });
  });
  afterAll(() => server.close());

  /** Sends a request to an operation, whose template is given with its parameters in place, and checks the answer. */
  async function run(status: number, method: string, path: string, params: string[] = [], options: CallOptions = {}) {
    const [template = '', query = ''] = path.split('?', 2);
    const values = [...params];
    const url = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
    const result = await call(server.baseUrl, method, url + (query === '' ? '' : `?${query}`), options);
    const operation = spec.operation(method, template);
    expect(result.status, `${method} ${url}: ${result.text}`).toBe(status);
    check(operation, result);
    if (status < 300) covered.add(operation.id);
    return result;
  }

  /** A GET with its HEAD: the same status and headers, and no body. */
  async function read(status: number, path: string, params: string[] = []): Promise<CallResult> {
    const got = await run(status, 'GET', path, params);
    const head = await run(status, 'HEAD', path, params);
    expect(head.text).toBe('');
    const stable = ({ headers }: CallResult) => [...headers].filter(([name]) => !VOLATILE.includes(name));
    expect(stable(head)).toEqual(stable(got));
    return got;
  }

  function check(operation: OperationFacts, result: CallResult): void {
    const response = operation.responses[result.status];
    if (response === undefined) throw new Error(`${operation.id} does not declare the status ${result.status}`);
    for (const [name, schema] of Object.entries(response.headers)) {
      const text = result.headers.get(name);
      if (text === null) continue;
      const value: unknown = schema['type'] === 'string' || schema['$ref'] !== undefined ? text : JSON.parse(text);
      expect(spec.faults(schema, value), `${operation.id} ${name}: ${text}`).toEqual([]);
    }
    if (operation.method === 'head') return;
    if (result.status >= 400) {
      expect(spec.faults({ $ref: 'error.json' }, result.json), result.text).toEqual([]);
    } else if (response.schema !== undefined) {
      expect(spec.faults(response.schema, result.json), `${operation.id}: ${result.text}`).toEqual([]);
    } else if (result.status === 204) {
      expect(result.text).toBe('');
    }
  }

  it('of the service', async () => {
    const root = await read(200, '/');
    expect(root.json).toEqual(expect.arrayContaining(['service', 'flows', 'sources', 'flow-delete-requests']));
    await run(200, 'POST', '/service', [], { json: spec.example('service-post.json') });
    expect((await read(200, '/service')).json).toMatchObject(spec.example('service-post.json') as object);
    await run(400, 'POST', '/service', [], { json: { name: 5 } });
    await read(200, '/service/storage-backends');
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
    await run(204, 'POST', '/service/webhooks', [], { json: { ...webhook, events: [] } });
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
    const last = await call(server.baseUrl, 'GET', nextLink(page.headers) ?? '');
    check(spec.operation('GET', post), last);
    expect(last.json).toHaveLength(2);
    for (const { object_id: id, get_urls: urls } of [...(page.json as Stored[]), ...(last.json as Stored[])]) {
      expect(await (await fetch(urls[0]?.url ?? '')).text()).toBe(`bytes of ${id}`);
    }
    await read(200, `${post}?timerange=[1:0_2:0)&reverse_order=true&presigned=true&object_id=two%2F2`, [video]);
    expect((await read(200, `${post}?accept_get_urls=`, [video])).text).not.toContain('http');
    await read(400, `${post}?timerange=x`, [video]);
    await read(404, post, ['X']);

    const object = await read(200, '/objects/{objectId}?limit=1', ['two/2']);
    expect(object.json).toEqual({ id: 'two/2', referenced_by_flows: [video], first_referenced_by_flow: video });
    await read(404, '/objects/{objectId}', ['nothing']);
    await read(400, '/objects/{objectId}?page=x', ['two/2']);
  });

  it('of deletions', async () => {
    const path = '/flows/{flowId}/segments';
    await run(400, 'DELETE', `${path}?timerange=`, [video]);
    await run(204, 'DELETE', `${path}?timerange=[0:0_1:0)`, [video]);
    const accepted = await run(202, 'DELETE', path, [video]);
    const location = accepted.headers.get('location') ?? '';
    const id = location.slice(`${server.baseUrl}/flow-delete-requests/`.length);
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

  it('has been run, with success and by its rules', () => {
    const all = spec.operations.map(({ id }) => id);
    expect(all.filter((id) => !covered.has(id))).toEqual([]);
    console.info(`conformance: ${covered.size} of ${all.length} operations answer as TAMS 7.0 says`);
  });
});

interface Stored {
  object_id: string;
  get_urls: { url: string }[];
}

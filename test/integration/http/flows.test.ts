import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, dataFlow, imageFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { startTestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);
const summaryOf = (result: { json: unknown }) => (result.json as { summary: string }).summary;

let last = 0;
const newIds = () => ({ id: testId('flow', ++last), source_id: testId('source', last) });

async function put(flow: { id: string }): Promise<string> {
  const result = await send('PUT', `/flows/${flow.id}`, { json: flow });
  expect(result.status, result.text).toBe(201);
  return flow.id;
}

describe('PUT /flows/{flowId}', () => {
  it.each([
    ['video', videoFlow],
    ['audio', audioFlow],
    ['image', imageFlow],
    ['data', dataFlow],
    ['multi', multiFlow],
  ])('creates a %s flow, which reads back with all of its properties', async (_name, make) => {
    const flow = make(newIds(), {
      label: 'A label — ünïcode',
      description: '',
      tags: { 'a/b': 'c', '': 'empty name' },
      generation: 2,
      avg_bit_rate: 5000,
      max_bit_rate: 0,
      segment_duration: { numerator: 1, denominator: 25 },
      container_mapping: { track_index: 0, audio_track: { channel_numbers: [0, 1], channel_range: '0_1' } },
      metadata_version: 'v1',
      created_by: 'importer',
      future_property: { nested: [1, { a: null }] },
    });
    const created = await send('PUT', `/flows/${flow.id}`, { json: flow });
    expect(created.status, created.text).toBe(201);
    expect(created.json).toMatchObject(flow);
    const read = await send('GET', `/flows/${flow.id}`);
    expect(read.json).toMatchObject(flow);
    expect(read.json).toMatchObject({
      updated_by: 'anonymous',
      created: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it('replaces: properties that are left out disappear, and what the server keeps stays', async () => {
    const ids = newIds();
    const first = await send('PUT', `/flows/${ids.id}`, { json: videoFlow(ids, { label: 'x', tags: { a: 'b' } }) });
    const { created, metadata_version: version } = first.json as { created: string; metadata_version: string };
    const replaced = await send('PUT', `/flows/${ids.id}`, {
      json: videoFlow(ids, { created: '1999-01-01T00:00:00Z' }),
    });
    expect([replaced.status, replaced.text]).toEqual([204, '']);
    const { json } = await send('GET', `/flows/${ids.id}`);
    expect(json).not.toHaveProperty('label');
    expect(json).not.toHaveProperty('tags');
    expect(json).toMatchObject({ created });
    expect((json as { metadata_version: string }).metadata_version).not.toBe(version);
  });

  it("ignores what is the server's to say", async () => {
    const flow = videoFlow(newIds(), { timerange: '[0:0_1:0)', collected_by: ['x'], segments_updated: 5 });
    await put(flow);
    const { json } = await send('GET', `/flows/${flow.id}`);
    for (const name of ['timerange', 'segments_updated']) expect(json).not.toHaveProperty(name);
    expect((json as { collected_by?: string[] }).collected_by ?? []).toEqual([]);
  });

  it.each([
    ['body/id', { id: testId('flow', 999) }],
    ['body/id', { id: undefined }],
    ['body/source_id', { source_id: 'A' }],
    ['body/format', { format: 'urn:x-nmos:format:smell' }],
    ['body/codec', { codec: 'h264' }],
    ['body/container', { container: 'video mp2t' }],
    ['body/essence_parameters/frame_width', { essence_parameters: { frame_width: '1920', frame_height: 1080 } }],
    ['body/essence_parameters/colour', { essence_parameters: { frame_width: 1, frame_height: 1, colour: 'x' } }],
    ['essence_parameters', { codec: 'video/raw' }],
    ['body/tags/a', { tags: { a: 5 } }],
    ['body/read_only', { read_only: 'false' }],
    ['body/flow_collection/0/id', { flow_collection: [{ id: 'x', role: 'y' }] }],
    [testId('flow', 998), { flow_collection: [{ id: testId('flow', 998), role: 'unknown' }] }],
    ['body/avg_bit_rate', { avg_bit_rate: -1 }],
    ['body/segment_duration/numerator', { segment_duration: { denominator: 1 } }],
  ])('refuses a flow, naming %s', async (field, change) => {
    const ids = newIds();
    const result = await send('PUT', `/flows/${ids.id}`, { json: videoFlow(ids, change) });
    expect(result.status).toBe(400);
    expect(summaryOf(result)).toContain(field);
    expect((await send('GET', `/flows/${ids.id}`)).status).toBe(404);
    expect((await send('GET', `/sources/${ids.source_id}`)).status).toBe(404);
  });

  it('refuses a flow of another format than its source', async () => {
    const ids = newIds();
    await put(videoFlow(ids));
    const { id } = newIds();
    const result = await send('PUT', `/flows/${id}`, { json: audioFlow({ id, source_id: ids.source_id }) });
    expect(result.status).toBe(400);
    expect(summaryOf(result)).toContain('format');
  });

  it('refuses to collect a flow in itself, directly or in a circle', async () => {
    const [a, b] = [newIds(), newIds()];
    await put(multiFlow(a));
    await put(multiFlow(b, { flow_collection: [{ id: a.id, role: 'x' }] }));
    for (const member of [a.id, b.id]) {
      const json = multiFlow(a, { flow_collection: [{ id: member, role: 'x' }] });
      expect((await send('PUT', `/flows/${a.id}`, { json })).status).toBe(400);
    }
  });

  it('refuses changes of a read-only flow until it is released', async () => {
    const ids = newIds();
    await put(videoFlow(ids, { read_only: true, label: 'x' }));
    const path = `/flows/${ids.id}`;
    for (const [method, url, json] of [
      ['PUT', path, videoFlow(ids)],
      ['DELETE', path, undefined],
      ['PUT', `${path}/label`, 'y'],
      ['DELETE', `${path}/label`, undefined],
      ['PUT', `${path}/tags/a`, 'y'],
      ['DELETE', `${path}/segments`, undefined],
      ['POST', `${path}/storage`, {}],
      ['POST', `${path}/segments`, { object_id: 'a', timerange: '[0:0_1:0)' }],
    ] as const) {
      const result = await send(method, url, { json });
      expect([method, url, result.status]).toEqual([method, url, 403]);
      expect(result.json).toMatchObject({ type: 'flow_read_only' });
    }
    expect((await send('PUT', `${path}/read_only`, { json: false })).status).toBe(204);
    expect((await send('PUT', path, { json: videoFlow(ids) })).status).toBe(204);
  });
});

describe('GET /flows/{flowId}', () => {
  it('shows the timerange of the content when it is asked to', async () => {
    const id = await put(videoFlow(newIds()));
    const timerangeOf = async (query: string) =>
      ((await send('GET', `/flows/${id}${query}`)).json as { timerange?: string }).timerange;
    expect(await timerangeOf('?include_timerange=true')).toBe('()');
    await send('POST', `/flows/${id}/storage`, { json: { object_ids: [`${id}/1`, `${id}/2`] } });
    const segments = [
      { object_id: `${id}/1`, timerange: '[1:0_2:0)' },
      { object_id: `${id}/2`, timerange: '[3:0_4:0)' },
    ];
    expect((await send('POST', `/flows/${id}/segments`, { json: segments })).status).toBe(201);
    expect(await timerangeOf('')).toBeUndefined();
    expect(await timerangeOf('?include_timerange=false&timerange=_')).toBeUndefined();
    expect(await timerangeOf('?include_timerange=true')).toBe('[1:0_4:0)');
    expect(await timerangeOf('?include_timerange=true&timerange=')).toBe('[1:0_4:0)');
    expect(await timerangeOf(`?include_timerange=true&timerange=${encodeURIComponent('(1:500_3:1)')}`)).toBe(
      '(1:500_3:1)',
    );
  });

  it.each(['include_timerange=yes', 'timerange=5', 'timerange=[5:0)', 'timerange=_&timerange=_'])(
    'refuses ?%s, naming the parameter, also with HEAD',
    async (query) => {
      const id = await put(videoFlow(newIds()));
      const result = await send('GET', `/flows/${id}?${query}`);
      expect(result.status).toBe(400);
      expect(summaryOf(result)).toContain(query.split('=')[0]);
      expect((await send('HEAD', `/flows/${id}?${query}`)).status).toBe(400);
    },
  );

  it.each([
    'x',
    testId('flow', 12_345),
    testId('flow', 1).toUpperCase(),
    '..%2F..%2Fetc',
    '%00',
    'a'.repeat(2048),
    "'%20OR%201=1--",
  ])('finds nothing at %s, whatever is asked of it', async (id) => {
    for (const method of ['GET', 'HEAD', 'DELETE']) expect((await send(method, `/flows/${id}`)).status).toBe(404);
    for (const path of ['tags', 'tags/a', 'label', 'description', 'read_only', 'flow_collection', 'max_bit_rate']) {
      const result = await send('GET', `/flows/${id}/${path}`);
      expect([path, result.status, (result.json as { type: string }).type]).toEqual([path, 404, 'not_found']);
    }
  });
});

describe('DELETE /flows/{flowId}', () => {
  it('takes the flow, its segments, and a source that has no other flow', async () => {
    const ids = newIds();
    await put(videoFlow(ids));
    const sibling = { id: newIds().id, source_id: ids.source_id };
    await put(videoFlow(sibling));
    expect((await send('DELETE', `/flows/${ids.id}`)).status).toBe(204);
    expect((await send('GET', `/flows/${ids.id}`)).status).toBe(404);
    expect((await send('GET', `/sources/${ids.source_id}`)).status).toBe(200);
    expect((await send('DELETE', `/flows/${sibling.id}`)).status).toBe(204);
    expect((await send('GET', `/sources/${ids.source_id}`)).status).toBe(404);
    expect((await send('DELETE', `/flows/${ids.id}`)).status).toBe(404);
  });

  it('works with a content type and no body, as browsers send it', async () => {
    const id = await put(videoFlow(newIds()));
    const headers = { 'content-type': 'application/json' };
    expect((await send('DELETE', `/flows/${id}/label`, { headers })).status).toBe(204);
    expect((await send('DELETE', `/flows/${id}`, { headers })).status).toBe(204);
  });
});

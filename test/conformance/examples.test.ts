import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, multiFlow, videoFlow } from '../support/examples.ts';
import { call } from '../support/http-client.ts';
import { TamsSpec } from '../support/tams-spec.ts';
import type { TestServer } from '../support/test-server.ts';
import { startTestServer } from '../support/test-server.ts';

interface FlowExample {
  id: string;
  source_id: string;
  format: string;
  flow_collection?: { id: string; role: string }[];
  [name: string]: unknown;
}

/** What the server says of a flow by itself; the examples show other values. */
const SERVER_MANAGED = ['created', 'metadata_updated', 'segments_updated', 'timerange', 'collected_by'];

const FLOW_EXAMPLES = [
  'flow-put.json',
  'flow-put-multi.json',
  'flow-get-200-audio-aac-multi.json',
  'flow-get-200-audio-aac.json',
  'flow-get-200-data-ttml.json',
  'flow-get-200-image-jpeg.json',
  'flow-get-200-multi-container-map.json',
  'flow-get-200-multi.json',
  'flow-get-200-video-h264.json',
  'flow-get-200-video-raw.json',
];

describe('the examples of TAMS 7.0', () => {
  let spec: TamsSpec;
  let server: TestServer;

  beforeAll(async () => {
    spec = new TamsSpec();
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const send = async (method: string, path: string, json: unknown) => call(server.baseUrl, method, path, { json });

  it.each(FLOW_EXAMPLES)('%s is a flow that can be put and read back', async (name) => {
    const example = spec.example(name) as FlowExample;
    // Some examples of different formats share a source, or even the id of their flow.
    example.source_id = example.id.replace(/^../, `c${FLOW_EXAMPLES.indexOf(name)}`);
    await call(server.baseUrl, 'DELETE', `/flows/${example.id}`);
    // One of the examples collects itself by a slip, which 8 mended.
    example.flow_collection = example.flow_collection?.filter(({ id }) => id !== example.id);
    for (const { id, role } of example.flow_collection ?? []) {
      const member = role === 'video' ? videoFlow : audioFlow;
      const present = await call(server.baseUrl, 'HEAD', `/flows/${id}`);
      if (present.status === 200) continue;
      const created = await send('PUT', `/flows/${id}`, member({ id, source_id: id.replace(/^../, 'aa') }));
      expect(created.status, created.text).toBe(201);
    }
    const put = await send('PUT', `/flows/${example.id}`, example);
    expect([201, 204], put.text).toContain(put.status);
    const { json } = await call(server.baseUrl, 'GET', `/flows/${example.id}`);
    const sent = Object.fromEntries(Object.entries(example).filter(([key]) => !SERVER_MANAGED.includes(key)));
    expect(json).toMatchObject(JSON.parse(JSON.stringify(sent)) as object);
  });

  it('are accepted as bodies of every other request', async () => {
    const id = '3d64e8a0-0000-4000-8000-000000000001';
    const ids = { id, source_id: '3d64e8a0-0000-4000-8000-000000000002' };
    expect((await send('PUT', `/flows/${id}`, videoFlow(ids))).status).toBe(201);
    const collector = '3d64e8a0-0000-4000-8000-000000000003';
    const multi = multiFlow({ id: collector, source_id: '3d64e8a0-0000-4000-8000-000000000004' });
    expect((await send('PUT', `/flows/${collector}`, multi)).status).toBe(201);
    for (const { id: member, role } of spec.example('flow-collection-put.json') as { id: string; role: string }[]) {
      const flow = role === 'video' ? videoFlow : role === 'audio' ? audioFlow : multiFlow;
      const source = member.replace(/^../, 'bb');
      const present = (await call(server.baseUrl, 'HEAD', `/flows/${member}`)).status === 200;
      if (!present) await send('PUT', `/flows/${member}`, flow({ id: member, source_id: source }));
    }
    const segment = spec.example('flow-segment-post.json') as { object_id: string };
    await send('POST', `/flows/${id}/storage`, { object_ids: [segment.object_id] });

    let tried = 0;
    for (const { method, path, requestBody } of spec.operations) {
      if (path === '/flows/{flowId}') continue;
      const flow = path.endsWith('/flow_collection') ? collector : id;
      const url = path.replace('{flowId}', flow).replace('{sourceId}', ids.source_id).replace('{name}', 'a');
      for (const example of requestBody?.examples ?? []) {
        // Read-only would refuse what comes after.
        const result = await send(method.toUpperCase(), url, url.endsWith('/read_only') ? false : example);
        expect([200, 201, 204], `${method} ${url}: ${result.text}`).toContain(result.status);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThanOrEqual(14);
  });
});

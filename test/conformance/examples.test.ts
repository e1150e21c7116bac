import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSIONS } from '../fixtures/tams/facts.ts';
import { audioFlow, multiFlow, videoFlow } from '../support/examples.ts';
import { call } from '../support/http-client.ts';
import { TamsSpec } from '../support/tams-spec.ts';
import type { TestServer } from '../support/test-server.ts';
import { startTestServer } from '../support/test-server.ts';

interface Member {
  id: string;
  role?: string;
}

interface FlowExample {
  id: string;
  source_id: string;
  profile_id?: string;
  flow_collection?: Member[];
  [name: string]: unknown;
}

/** What the server says of a flow by itself; the examples show other values. */
const SERVER_MANAGED = ['created', 'metadata_updated', 'segments_updated', 'timerange', 'collected_by'];

const MEMBERS: Readonly<Record<string, typeof videoFlow | typeof audioFlow>> = { video: videoFlow, audio: audioFlow };

describe.each(VERSIONS)('the examples of TAMS %s', (version) => {
  const spec = new TamsSpec(version);
  const flows = spec.exampleNames.filter((name) => /^flow-(put|get-200-)/.test(name) && name !== 'flow-put.json');
  let server: TestServer;
  let base: string;

  beforeAll(async () => {
    server = await startTestServer();
    base = `${server.baseUrl}/v${version}`;
  });
  afterAll(() => server.close());

  const send = async (method: string, path: string, json?: unknown) => call(base, method, path, { json });

  const putMembers = async (members: readonly Member[]) => {
    for (const { id, role = '' } of members) {
      if ((await send('HEAD', `/flows/${id}`)).status === 200) continue;
      const flow = (MEMBERS[role] ?? multiFlow)({ id, source_id: id.replace(/^../, 'aa') });
      const created = await send('PUT', `/flows/${id}`, flow);
      expect(created.status, created.text).toBe(201);
    }
  };

  it.each(['flow-put.json', ...flows])('%s is a flow that can be put and read back', async (name) => {
    const example = spec.example(name) as FlowExample;
    // Some examples of different formats share a source, or even the id of their flow.
    example.source_id = example.id.replace(/^../, `c${(flows.indexOf(name) + 1).toString(16)}`).slice(-36);
    await send('DELETE', `/flows/${example.id}`);
    // Some of the examples collect themselves by a slip.
    example.flow_collection = example.flow_collection?.filter(({ id }) => id !== example.id);
    await putMembers(example.flow_collection ?? []);
    if (example.profile_id !== undefined) {
      const made = await send('POST', `/service/profiles/${example.profile_id}`, spec.example('profile-put.json'));
      expect(made.status, made.text).toBe(201);
    }
    const put = await send('PUT', `/flows/${example.id}`, example);
    expect([201, 204], put.text).toContain(put.status);
    const { json } = await send('GET', `/flows/${example.id}`);
    const sent = Object.fromEntries(Object.entries(example).filter(([key]) => !SERVER_MANAGED.includes(key)));
    expect(json).toMatchObject(JSON.parse(JSON.stringify(sent)) as object);
    expect(spec.faults(spec.operation('GET', '/flows/{flowId}').responses[200]?.schema ?? {}, json)).toEqual([]);
  });

  it('are accepted as bodies of every other request', async () => {
    const id = '3d64e8a0-0000-4000-8000-000000000001';
    const ids = { id, source_id: '3d64e8a0-0000-4000-8000-000000000002' };
    expect((await send('PUT', `/flows/${id}`, videoFlow(ids))).status).toBe(201);
    const collector = '3d64e8a0-0000-4000-8000-000000000003';
    const multi = multiFlow({ id: collector, source_id: '3d64e8a0-0000-4000-8000-000000000004' });
    expect((await send('PUT', `/flows/${collector}`, multi)).status).toBe(201);
    await putMembers(spec.example('flow-collection-put.json') as Member[]);
    const segment = spec.example('flow-segment-post.json') as { object_id: string };
    await send('POST', `/flows/${id}/storage`, { object_ids: [segment.object_id] });
    const webhook = await send('POST', '/service/webhooks', { url: 'https://hook.example.com/', events: [] });

    const used = {
      object_id: 'used',
      timerange: '[1000:0_1001:0)',
      get_urls: [{ url: 'https://e.example/', label: 'e' }],
    };
    expect((await send('POST', `/flows/${id}/segments`, used)).status).toBe(201);

    let tried = 0;
    for (const operation of spec.operations) {
      const { method, path, requestBody } = operation;
      if (path === '/flows/{flowId}') continue;
      for (let example of requestBody?.examples ?? []) {
        const params: Record<string, string> = {
          flowId: path.endsWith('/flow_collection') ? collector : id,
          sourceId: ids.source_id,
          objectId: path.endsWith('/instances') ? used.object_id : segment.object_id,
          name: 'a',
        };
        if (path.endsWith('/{profileId}')) {
          params['profileId'] = '3d64e8a0-0000-4000-8000-000000000005';
          example = { ...(example as object), id: params['profileId'] };
        }
        if (path.endsWith('/{webhookId}')) {
          params['webhookId'] = (webhook.json as { id: string }).id;
          example = { ...(example as object), id: params['webhookId'] };
        }
        // Read-only would refuse what comes after.
        if (path.endsWith('/read_only')) example = false;
        const url = path.replace(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? '');
        const result = await send(method.toUpperCase(), url, example);
        // This server has no backend of that id.
        const isElsewhere = path.endsWith('/instances') && Object.hasOwn(example as object, 'storage_id');
        expect(isElsewhere ? [400] : [200, 201, 204], `${method} ${url}: ${result.text}`).toContain(result.status);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThanOrEqual(version === '7.0' ? 14 : 19);
  });
});

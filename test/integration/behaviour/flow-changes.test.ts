import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second, typeOf } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const ids = () => ({ id: randomUUID(), source_id: randomUUID() });
const status = async (method: string, path: string, json?: unknown) => (await api.send(method, path, json)).status;
type Shown = Record<string, unknown> & { metadata_version: string; created: string; metadata_updated: string };

describe('metadata_version', () => {
  const versionOf = async (id: string) => (await api.get<Shown>(`/flows/${id}`)).metadata_version;

  it('changes with every change that the caller did not version itself', async () => {
    const flow = videoFlow(ids());
    await api.must('PUT', `/flows/${flow.id}`, flow);
    const seen = [await versionOf(flow.id)];
    const changes: [string, string, unknown?][] = [
      ['PUT', '', flow],
      // As a client sends it that read the flow, changed a property and knows nothing of versions.
      ['PUT', '', { ...flow, metadata_version: 'replaced below' }],
      ['PUT', '/label', 'x'],
      ['PUT', '/description', 'x'],
      ['PUT', '/tags/a', 'x'],
      ['DELETE', '/tags/a'],
      ['DELETE', '/label'],
      ['PUT', '/max_bit_rate', 5],
      ['PUT', '/avg_bit_rate', 5],
      ['PUT', '/flow_collection', []],
      ['PUT', '/read_only', true],
      ['PUT', '/read_only', false],
    ];
    for (const [method, path, json] of changes) {
      const body = path === '' && seen.length === 2 ? { ...flow, generation: 1, metadata_version: seen[1] } : json;
      await api.must(method, `/flows/${flow.id}${path}`, body);
      const version = await versionOf(flow.id);
      expect(seen, `${method} ${path}`).not.toContain(version);
      seen.push(version);
    }
  });

  it('is the caller’s where it gives a new one', async () => {
    const flow = videoFlow(ids());
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, metadata_version: 'one' });
    expect(await versionOf(flow.id)).toBe('one');
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, metadata_version: 'two' });
    expect(await versionOf(flow.id)).toBe('two');
  });
});

describe('a flow that is put again as it is', () => {
  it('keeps its version, so that a request can be repeated and a copy be synchronized', async () => {
    const flow = videoFlow(ids(), { metadata_version: 'one', tags: { a: 'b' } });
    for (const put of [flow, flow, { tags: { a: 'b' }, ...flow }]) await api.must('PUT', `/flows/${flow.id}`, put);
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ metadata_version: 'one' });
    await api.must('PUT', `/flows/${flow.id}`, await api.get(`/flows/${flow.id}`));
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ metadata_version: 'one' });
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, tags: { a: 'c' } });
    expect((await api.get<Shown>(`/flows/${flow.id}`)).metadata_version).not.toBe('one');
  });
});

describe('a read-only flow', () => {
  it('takes no change but that of the mark', async () => {
    const collected = await api.newFlow();
    const flowId = await api.newFlow({
      read_only: true,
      label: 'kept',
      description: 'kept',
      tags: { a: 'kept' },
      avg_bit_rate: 1,
      flow_collection: [{ id: collected, role: 'video' }],
    });
    const before = await api.get(`/flows/${flowId}`);
    const changes: [string, string, unknown?][] = [
      ['PUT', '', videoFlow({ id: flowId, source_id: randomUUID() })],
      ['DELETE', ''],
      ['PUT', '/label', 'x'],
      ['DELETE', '/label'],
      ['PUT', '/description', 'x'],
      ['DELETE', '/description'],
      ['PUT', '/tags/a', 'x'],
      ['PUT', '/tags/b', 'x'],
      ['DELETE', '/tags/a'],
      ['DELETE', '/tags/unknown'],
      ['PUT', '/avg_bit_rate', 2],
      ['DELETE', '/avg_bit_rate'],
      ['PUT', '/max_bit_rate', 2],
      ['DELETE', '/max_bit_rate'],
      ['PUT', '/flow_collection', []],
      ['DELETE', '/flow_collection'],
      ['POST', '/storage', { limit: 1 }],
      [
        'POST',
        '/segments',
        { object_id: 'x', timerange: second(0), get_urls: [{ url: 'https://e.example/', label: 'x' }] },
      ],
      ['POST', '/segments', []],
      ['DELETE', '/segments'],
    ];
    for (const [method, path, json] of changes) {
      const result = await api.send(method, `/flows/${flowId}${path}`, json);
      expect([result.status, typeOf(result)], `${method} ${path}`).toEqual([403, 'flow_read_only']);
    }
    expect(await api.get(`/flows/${flowId}`)).toEqual(before);
    expect(await status('PUT', `/flows/${flowId}/read_only`, true)).toBe(204);
    expect(await status('PUT', `/flows/${flowId}/read_only`, false)).toBe(204);
    expect(await status('PUT', `/flows/${flowId}/label`, 'x')).toBe(204);
    expect(await status('DELETE', `/flows/${flowId}`)).toBe(204);
  });
});

describe('properties of a flow that are not set', () => {
  it('are 404, false or empty as the property has it, and can be deleted all the same', async () => {
    const flowId = await api.newFlow();
    for (const property of ['label', 'description', 'max_bit_rate', 'avg_bit_rate']) {
      expect(await status('GET', `/flows/${flowId}/${property}`), property).toBe(404);
      expect(await status('DELETE', `/flows/${flowId}/${property}`), property).toBe(204);
    }
    expect(await api.get(`/flows/${flowId}/read_only`)).toBe(false);
    expect(await api.get(`/flows/${flowId}/flow_collection`)).toEqual([]);
    expect(await api.get(`/flows/${flowId}/tags`)).toEqual({});
    expect(await status('DELETE', `/flows/${flowId}/tags/none`)).toBe(404);
    const unknown = randomUUID();
    for (const property of ['label', 'description', 'max_bit_rate', 'avg_bit_rate', 'flow_collection', 'tags/a']) {
      expect(await status('DELETE', `/flows/${unknown}/${property}`), property).toBe(404);
      expect(await status('GET', `/flows/${unknown}/${property}`), property).toBe(404);
    }
    // A value that is empty or zero is a value.
    for (const [property, value] of [
      ['label', ''],
      ['max_bit_rate', 0],
    ] as const) {
      await api.must('PUT', `/flows/${flowId}/${property}`, value);
      expect(await api.get(`/flows/${flowId}/${property}`)).toBe(value);
    }
  });
});

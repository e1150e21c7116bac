import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceService } from '../../../src/tams/sources/source-service.ts';
import { newFlow, type Replica, EmulatedReplicas } from './support/replicas.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';

/** A cluster takes cells of some 126 KB. */
const LARGE = 'ä'.repeat(70_000);

let replicas: EmulatedReplicas;
let replica: Replica;
beforeAll(async () => {
  replicas = await EmulatedReplicas.start(1);
  replica = replicas.first;
});
afterAll(() => replicas.close());

const tooLarge = (field: string) => ({
  code: 'property_too_large',
  field,
  status: 400,
  message: expect.stringContaining(`body/${field}`) as unknown,
});

describe('what is larger than a cell of the cluster', () => {
  it.each([
    ['description', { description: LARGE, label: 'x' }],
    ['tags', { tags: { small: 'x', large: LARGE } }],
    ['label', { label: LARGE, description: 'x'.repeat(1_000) }],
    ['label', { label: `{${LARGE}` }],
    ['flow_collection', {}],
  ])('is refused in a flow, naming its %s, before anything is kept', async (field, properties) => {
    const members = field === 'flow_collection' ? [{ id: await kept(), role: LARGE }] : [];
    const flow = { ...newFlow({ flow_collection: members }), ...properties };
    await expect(replica.flows.put(flow.id, () => flow, 'test')).rejects.toMatchObject(tooLarge(field));
    expect(await replica.store.flows.find(flow.id)).toBeUndefined();
    expect(await replica.store.sources.find(flow.source_id)).toBeUndefined();
  });

  it('is refused in a property of a flow that is there, and in tags of its source', async () => {
    const flow = newFlow();
    await replica.flows.put(flow.id, () => flow, 'test');
    const before = await replica.store.flows.find(flow.id);
    await expect(replica.flows.putProperty(flow.id, 'description', LARGE, 'test')).rejects.toMatchObject(
      tooLarge('description'),
    );
    expect(await replica.store.flows.find(flow.id)).toEqual(before);
    const sources = new SourceService(replica.store, TEST_LIMITS);
    await expect(sources.putTag(flow.source_id, 'note', () => LARGE, 'test')).rejects.toMatchObject(tooLarge('tags'));
  });

  it('is refused in a segment', async () => {
    const flowId = await kept();
    const segment = { object_id: randomUUID(), timerange: '[0:0_1:0)' };
    const urls = [{ url: `https://elsewhere.example/${LARGE}` }];
    await expect(replica.registration.register(flowId, [{ ...segment, get_urls: urls }])).rejects.toMatchObject(
      tooLarge('get_urls'),
    );
    const named = { ...segment, object_id: LARGE, get_urls: [{ url: 'https://elsewhere.example/' }] };
    await expect(replica.registration.register(flowId, [named])).rejects.toMatchObject(tooLarge('object_id'));
    const [refusal] = await replica.registration.register(flowId, [{ ...segment, object_id: LARGE }]);
    expect(refusal?.error.code).toBe('unknown_object');
    const noted = { ...segment, object_id: 'a', get_urls: [{ url: 'https://elsewhere.example/' }], note: LARGE };
    await expect(replica.registration.register(flowId, [noted])).rejects.toMatchObject(tooLarge('note'));
    expect((await replica.store.flows.state(flowId))?.content).toBeNull();
  });

  it('is taken up to the limit', async () => {
    const flow = { ...newFlow(), description: 'x'.repeat(125_000) };
    await replica.flows.put(flow.id, () => flow, 'test');
    expect((await replica.store.flows.find(flow.id))?.document).toContain(flow.description);
  });
});

async function kept(): Promise<string> {
  const flow = newFlow();
  await replica.flows.put(flow.id, () => flow, 'test');
  return flow.id;
}

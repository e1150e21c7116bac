import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ConformingApi } from '../support/conforming-api.ts';
import { multiFlow, videoFlow } from '../support/examples.ts';

/** Operations and parameters that 8.2 alone has. */
export function ownOperations(api: () => ConformingApi): void {
  const put = async (
    make: typeof videoFlow | typeof multiFlow,
    more: object = {},
  ): Promise<{ id: string; source_id: string }> => {
    const ids = { id: randomUUID(), source_id: randomUUID() };
    await api().send(201, 'PUT', '/flows/{flowId}', [ids.id], { json: make(ids, more) });
    return ids;
  };
  const idsOf = ({ json }: { json: unknown }): string[] => (json as { id: string }[]).map(({ id }) => id);

  it('of profiles', async () => {
    const { id: _, source_id: __, ...flow_metadata } = videoFlow({ id: '', source_id: '' });
    const id = randomUUID();
    const body = { id, label: 'one', flow_metadata };
    const made = await api().send(201, 'POST', '/service/profiles/{profileId}', [id], { json: body });
    expect(made.json).toMatchObject(body);
    await api().send(400, 'POST', '/service/profiles/{profileId}', [id], { json: body });
    expect((await api().read(200, '/service/profiles/{profileId}', [id])).json).toEqual(made.json);
    expect(idsOf(await api().read(200, '/service/profiles?label=one&codec=video/h264&limit=1'))).toEqual([id]);
    await api().read(404, '/service/profiles/{profileId}', [randomUUID()]);
    await api().read(400, '/service/profiles?format=video');
  });

  it('of webhooks with ids', async () => {
    const one = '/service/webhooks/{webhookId}';
    const webhook = { url: 'https://hook.example.com/', events: ['flows/created'], tags: { a: ['b', 'c'] } };
    const { json } = await api().send(201, 'POST', '/service/webhooks', [], { json: webhook });
    const { id, status } = json as { id: string; status: string };
    expect((await api().read(200, one, [id])).json).toMatchObject({ ...webhook, id });
    expect(['created', 'started']).toContain(status);
    expect(idsOf(await api().read(200, '/service/webhooks?tag.a=c&limit=1&reverse_order=true'))).toEqual([id]);
    const disabled = { ...webhook, id, status: 'disabled' };
    expect((await api().send(201, 'PUT', one, [id], { json: disabled })).json).toMatchObject(disabled);
    await api().send(400, 'PUT', one, [id], { json: { ...disabled, status: 'started' } });
    await api().send(204, 'DELETE', one, [id]);
    await api().send(404, 'DELETE', one, [id]);
    await api().send(404, 'PUT', one, [id], { json: disabled });
    await api().read(404, one, [id]);
  });

  it('of storage backends', async () => {
    const backends = '/service/storage-backends';
    expect(idsOf(await api().read(200, `${backends}?limit=1&reverse_order=true`))).toHaveLength(1);
    expect(idsOf(await api().read(200, `${backends}?tag.a=b&tag_exists.c=true`))).toEqual([]);
  });

  it('of listings in an order', async () => {
    const one = await put(videoFlow, { label: 'b', status: 'ingesting' });
    const other = await put(videoFlow, { label: 'a' });
    const collector = await put(multiFlow, { flow_collection: [{ id: one.id }, { id: other.id, role: 'video' }] });
    const members = `collected_by_ids=${collector.id}&sort_by=label`;
    expect(idsOf(await api().read(200, `/flows?${members}`))).toEqual([other.id, one.id]);
    expect(idsOf(await api().read(200, `/flows?${members}&reverse_order=true`))).toEqual([one.id, other.id]);
    expect(idsOf(await api().read(200, '/flows?status=ingesting&init_segments=false'))).toEqual([one.id]);
    const sources = `collected_by_ids=${collector.source_id}&sort_by=created&reverse_order=true`;
    expect(idsOf(await api().read(200, `/sources?${sources}`))).toEqual([one.source_id, other.source_id]);
    await api().read(200, '/flow-delete-requests?sort_by=created&reverse_order=true');
    for (const path of ['/flows', '/sources']) await api().read(400, `${path}?sort_by=x`);
  });

  it('of instances', async () => {
    const { id } = await put(videoFlow);
    const object = randomUUID();
    const url = 'https://media.example/a.ts';
    const segment = { object_id: object, timerange: '[0:0_1:0)', get_urls: [{ label: 'one', url }] };
    await api().send(201, 'POST', '/flows/{flowId}/segments', [id], { json: segment });
    const instances = '/objects/{objectId}/instances';
    await api().send(201, 'POST', instances, [object], { json: { label: 'two', url } });
    await api().send(400, 'POST', instances, [object], { json: { label: 'two', url } });
    await api().send(404, 'POST', instances, ['nothing'], { json: { label: 'two', url } });
    const query = 'verbose_storage=true&accept_get_urls=two&flow_tag_exists.a=false';
    const { json } = await api().read(200, `/objects/{objectId}?${query}`, [object]);
    expect(json).toMatchObject({
      timerange: '[0:0_1:0)',
      referenced_by_flows: [id],
      get_urls: [{ label: 'two', url }],
    });
    await api().send(204, 'DELETE', `${instances}?label=two`, [object]);
    await api().send(404, 'DELETE', `${instances}?label=two`, [object]);
    await api().send(400, 'DELETE', `${instances}?label=one`, [object]);
    await api().send(400, 'DELETE', instances, [object]);
    const segments = '/flows/{flowId}/segments?include_object_timerange=true&storage_backend_tag_exists.a=false';
    expect((await api().read(200, segments, [id])).json).toMatchObject([{ object_timerange: '[0:0_1:0)' }]);
  });
}

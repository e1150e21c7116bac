import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, second } from './support/api.ts';
import { type EventBody, REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';

const ALL = [
  'flows/created',
  'flows/updated',
  'flows/deleted',
  'flows/segments_added',
  'flows/segments_deleted',
  'sources/created',
  'sources/updated',
  'sources/deleted',
];

let server: TestServer;
let api: Api;
let receiver: WebhookReceiver;
beforeAll(async () => {
  // A small limit: deletion requests are what longer deletions become.
  server = await startTestServer({ env: { ...REACH_RECEIVERS, DELETE_SYNC_MAX: '5' } });
  api = new Api(server.baseUrl);
  receiver = await WebhookReceiver.start();
  await register({ events: ALL });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});
beforeEach(() => {
  receiver.clear();
});

const register = (webhook: object) => api.must('POST', '/service/webhooks', { url: receiver.url, ...webhook });

const typesOf = (events: EventBody[]): string[] => events.map(({ event_type: type }) => type);

function only(events: EventBody[], type: string): EventBody {
  const found = events.filter(({ event_type: each }) => each === type);
  expect(found).toHaveLength(1);
  return firstOf(found);
}

/** A flow of a source of its own, whose events are not waited for any more. */
async function quietFlow(more: Record<string, unknown> = {}): Promise<{ id: string; sourceId: string }> {
  const sourceId = (more.source_id as string | undefined) ?? randomUUID();
  const before = receiver.taken.length;
  const isNew = (await api.send('GET', `/sources/${sourceId}`)).status === 404;
  const id = await api.newFlow({ source_id: sourceId, ...more });
  await receiver.events(before + (isNew ? 2 : 1));
  receiver.clear();
  return { id, sourceId };
}

describe('the event of', () => {
  it('a new flow is told with the flow, and that of its new source with the source', async () => {
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    await api.must('PUT', `/flows/${flow.id}`, flow);
    const events = await receiver.events(2);
    expect(typesOf(events)).toEqual(expect.arrayContaining(['sources/created', 'flows/created']));
    expect(only(events, 'flows/created').event).toEqual({ flow: await api.get(`/flows/${flow.id}`) });
    expect(only(events, 'sources/created').event).toEqual({ source: await api.get(`/sources/${flow.source_id}`) });
  });

  it('has an id, a time, and the headers of a delivery', async () => {
    const started = Date.now();
    const { id } = await quietFlow();
    await api.must('PUT', `/flows/${id}/label`, 'a label');
    await receiver.events(1);
    const { headers, body } = firstOf(receiver.taken);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': body.event_id,
      'user-agent': expect.stringMatching(/^vast-tams\/0\./) as string,
    });
    expect(body.event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(body.event_timestamp)).toBeGreaterThan(started - 1000);
    expect(Object.keys(body)).toEqual(['event_id', 'event_timestamp', 'event_type', 'event']);
  });

  it.each([
    ['PUT', '', (flow: object) => ({ ...flow, label: 'replaced' })],
    ['PUT', '/label', () => 'text'],
    ['DELETE', '/label', undefined],
    ['PUT', '/description', () => 'text'],
    ['DELETE', '/description', undefined],
    ['PUT', '/max_bit_rate', () => 5],
    ['PUT', '/avg_bit_rate', () => 5],
    ['DELETE', '/max_bit_rate', undefined],
    ['DELETE', '/avg_bit_rate', undefined],
    ['PUT', '/read_only', () => false],
    ['PUT', '/tags/genre', () => 'news'],
    ['DELETE', '/tags/old', undefined],
    ['DELETE', '/flow_collection', undefined],
  ] as const)('%s %s of a flow is told with the flow as it is then', async (method, path, body) => {
    const set = { max_bit_rate: 1, avg_bit_rate: 1, flow_collection: [] };
    const { id, sourceId } = await quietFlow({ tags: { old: 'tag' }, label: 'x', description: 'x', ...set });
    const flow = videoFlow({ id, source_id: sourceId });
    await api.must(method, `/flows/${id}${path}`, body?.(flow));
    const [event] = await receiver.events(1);
    expect(event).toMatchObject({ event_type: 'flows/updated', event: { flow: await api.get(`/flows/${id}`) } });
  });

  it.each([
    ['PUT', '/label', 'text'],
    ['DELETE', '/label', undefined],
    ['PUT', '/description', 'text'],
    ['DELETE', '/description', undefined],
    ['PUT', '/tags/genre', 'news'],
  ])('%s %s of a source is told with the source as it is then', async (method, path, body) => {
    const { sourceId } = await quietFlow();
    await api.must('PUT', `/sources/${sourceId}${path}`, 'before');
    await receiver.events(1);
    receiver.clear();
    await api.must(method, `/sources/${sourceId}${path}`, body);
    const [event] = await receiver.events(1);
    expect(event).toMatchObject({
      event_type: 'sources/updated',
      event: { source: await api.get(`/sources/${sourceId}`) },
    });
  });

  it('a tag of a source that goes', async () => {
    const { sourceId } = await quietFlow();
    await api.must('PUT', `/sources/${sourceId}/tags/a`, 'b');
    await api.must('DELETE', `/sources/${sourceId}/tags/a`);
    expect(typesOf(await receiver.events(2))).toEqual(['sources/updated', 'sources/updated']);
  });

  it('a collection is told for the flow that collects', async () => {
    const { id: member } = await quietFlow();
    const { id } = await quietFlow();
    await api.must('PUT', `/flows/${id}/flow_collection`, [{ id: member, role: 'video' }]);
    const [event] = await receiver.events(1);
    expect(event?.event).toEqual({ flow: await api.get(`/flows/${id}`) });
  });

  it('a flow that goes is told with what goes along: its collections change, its source goes', async () => {
    const { id: member, sourceId } = await quietFlow();
    const { id: collector } = await quietFlow({ flow_collection: [{ id: member, role: 'video' }] });
    await api.must('DELETE', `/flows/${member}`);
    const events = await receiver.events(3);
    expect(only(events, 'flows/updated').event).toEqual({ flow: await api.get(`/flows/${collector}`) });
    expect(only(events, 'flows/deleted').event).toEqual({ flow_id: member });
    expect(only(events, 'sources/deleted').event).toEqual({ source_id: sourceId });
  });

  it('a flow that goes and leaves its source to others is told alone', async () => {
    const { sourceId } = await quietFlow();
    const { id } = await quietFlow({ source_id: sourceId });
    await api.must('DELETE', `/flows/${id}`);
    expect(typesOf(await receiver.events(1))).toEqual(['flows/deleted']);
  });

  it('a flow that moves to a new source makes that and drops the other', async () => {
    const { id, sourceId } = await quietFlow();
    const moved = randomUUID();
    await api.must('PUT', `/flows/${id}`, videoFlow({ id, source_id: moved }));
    const events = await receiver.events(3);
    expect(only(events, 'sources/created').event).toMatchObject({ source: { id: moved } });
    expect(only(events, 'flows/updated').event).toMatchObject({ flow: { source_id: moved } });
    expect(only(events, 'sources/deleted').event).toEqual({ source_id: sourceId });
  });

  it('segments is one for a request, with the segments as they are listed', async () => {
    const { id } = await quietFlow();
    const objectId = await api.newObject(id);
    const segments = [0, 1, 2].map((n) => ({ object_id: objectId, timerange: second(n), sample_count: n }));
    await api.postSegments(id, firstOf(segments));
    await api.postSegments(id, segments);
    const [one, list] = await receiver.events(2);
    const strip = (segment: unknown) => ({ ...(segment as object), get_urls: undefined });
    const listed = (await api.segments(id)).map(strip);
    const told = [one, list].flatMap((event) => event?.event.segments as object[]);
    expect(told.map(strip)).toEqual(listed);
    expect(told).toHaveLength(3);
    expect([one?.event.flow_id, list?.event.flow_id]).toEqual([id, id]);
  });

  it('segments of a long request is told in parts, in order and without a gap', async () => {
    const { id } = await quietFlow();
    await api.fill(id, 1000);
    const events = await receiver.events(3);
    const told = events.flatMap(({ event }) => (event.segments as { timerange: string }[]).map((s) => s.timerange));
    expect(told).toEqual(Array.from({ length: 1000 }, (_, n) => second(n)));
  });

  it('segments with long names is told in parts that every engine can keep, whatever the letters', async () => {
    const { id } = await quietFlow();
    const label = '録'.repeat(200);
    const segments = Array.from({ length: 250 }, (_, n) => ({
      object_id: `take ${n}`,
      timerange: second(n),
      get_urls: [{ label, url: `https://elsewhere.example/take-${n}` }],
    }));
    expect(await api.postSegments(id, segments)).toMatchObject({ status: 201 });
    const events = await receiver.events(2);
    expect(events.flatMap(({ event }) => event.segments)).toHaveLength(250);
  });

  it('segments that go at once is one, from the first to the last of them', async () => {
    const { id } = await quietFlow();
    await api.fill(id, 10);
    await receiver.events(1);
    receiver.clear();
    await api.must('DELETE', `/flows/${id}/segments?timerange=[1:500000000_4:0)`);
    const [event] = await receiver.events(1);
    expect(event).toMatchObject({
      event_type: 'flows/segments_deleted',
      event: { flow_id: id, timerange: '[2:0_4:0)' },
    });
    await api.must('DELETE', `/flows/${id}/segments?timerange=[100:0_200:0)`);
    await receiver.events(1);
  });

  it('segments that a deletion request removes is one for each step', async () => {
    const { id } = await quietFlow();
    await api.fill(id, 700);
    const before = (await receiver.events(2)).length;
    const { id: deletion } = await api.must<{ id: string }>('DELETE', `/flows/${id}/segments?timerange=[50:0_650:0)`);
    await api.deletionDone(deletion);
    const events = (await receiver.events(before + 2)).slice(before);
    expect(events.map(({ event_type: type, event }) => [type, event.timerange])).toEqual([
      ['flows/segments_deleted', '[50:0_550:0)'],
      ['flows/segments_deleted', '[550:0_650:0)'],
    ]);
  });

  it('a flow with many segments that goes is told when it vanishes, and not once more', async () => {
    const { id } = await quietFlow();
    await api.fill(id, 20);
    await receiver.events(1);
    const { id: deletion } = await api.must<{ id: string }>('DELETE', `/flows/${id}`);
    await api.deletionDone(deletion);
    expect(
      typesOf(await receiver.events(3))
        .slice(1)
        .sort(),
    ).toEqual(['flows/deleted', 'sources/deleted']);
  });

  it('a property that is set to what it is, or removed where there is none, is none', async () => {
    const { id, sourceId } = await quietFlow({ label: 'x', tags: { a: '1', b: '2' } });
    const before = await api.get(`/flows/${id}`);
    await api.must('PUT', `/flows/${id}/label`, 'x');
    await api.must('PUT', `/flows/${id}/tags/a`, '1');
    await api.must('DELETE', `/flows/${id}/description`);
    await api.must('DELETE', `/sources/${sourceId}/description`);
    expect(await api.get(`/flows/${id}`)).toEqual(before);
    await api.must('PUT', `/flows/${id}/label`, 'the only one');
    const [event] = await receiver.events(1);
    expect(event?.event).toMatchObject({ flow: { label: 'the only one' } });
  });

  it('a change that is refused is none', async () => {
    const { id } = await quietFlow();
    await api.send('PUT', `/flows/${id}/flow_collection`, [{ id: randomUUID(), role: 'none' }]);
    await api.send('PUT', `/flows/${randomUUID()}/label`, 'x');
    await api.send('DELETE', `/flows/${id}/tags/none`);
    await api.postSegments(id, { object_id: 'unknown', timerange: second(0) });
    await api.must('PUT', `/flows/${id}/label`, 'the only one');
    const [event] = await receiver.events(1);
    expect(event?.event).toMatchObject({ flow: { label: 'the only one' } });
  });
});

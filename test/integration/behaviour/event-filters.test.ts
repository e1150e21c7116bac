import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, type Segment, second } from './support/api.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';

const FLOWS = ['flows/created', 'flows/updated', 'flows/deleted', 'flows/segments_added', 'flows/segments_deleted'];
const SOURCES = ['sources/created', 'sources/updated', 'sources/deleted'];
const ALL = [...FLOWS, ...SOURCES];

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ env: REACH_RECEIVERS });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

let receiver: WebhookReceiver;
/** Asks for everything: when it has an event, the filtered one has passed it too. */
let witness: WebhookReceiver;
beforeEach(async () => {
  [receiver, witness] = await Promise.all([WebhookReceiver.start(), WebhookReceiver.start()]);
  await register(witness, { events: ALL });
});
afterEach(async () => {
  for (const each of [receiver, witness]) {
    await register(each, { events: [] });
    await each.close();
  }
});

const register = (by: WebhookReceiver, webhook: object) =>
  api.must('POST', '/service/webhooks', { url: by.url, ...webhook });

/** Everything that can happen to a flow and its source, `count` events in all; `more` is of the flow. */
async function live(flowId: string, sourceId: string, more: Record<string, unknown> = {}): Promise<string[]> {
  const before = witness.taken.length;
  const isNew = (await api.send('GET', `/sources/${sourceId}`)).status === 404;
  await api.newFlow({ id: flowId, source_id: sourceId, ...more });
  await api.must('PUT', `/flows/${flowId}/label`, 'x');
  await api.must('PUT', `/sources/${sourceId}/label`, 'x');
  const objectId = await api.newObject(flowId);
  await api.postSegments(flowId, { object_id: objectId, timerange: second(0) });
  await api.must('DELETE', `/flows/${flowId}/segments`);
  return witness.events(before + (isNew ? 6 : 5)).then(() => received());
}

/** What the filtered receiver has, by flow or source. */
function received(): string[] {
  return receiver.taken.map(({ body: { event_type: type } }) => type).sort();
}

const sorted = (types: readonly string[]): string[] => types.toSorted();
const OF_A_FLOW = sorted(['flows/created', 'flows/updated', 'flows/segments_added', 'flows/segments_deleted']);
const OF_A_SOURCE = ['sources/created', 'sources/updated'];

describe('a registration', () => {
  it.each(ALL)('that asks for %s alone gets nothing else', async (type) => {
    await register(receiver, { events: [type] });
    const [flowId, sourceId] = [randomUUID(), randomUUID()];
    await live(flowId, sourceId);
    await api.must('DELETE', `/flows/${flowId}`);
    await witness.events(8);
    await receiver.events(1);
    expect(received()).toEqual([type]);
  });

  it('with flow_ids gets the events of these flows, and of all sources', async () => {
    const [flowId, other] = [randomUUID(), randomUUID()];
    await register(receiver, { events: ALL, flow_ids: [flowId] });
    await live(other, randomUUID());
    await receiver.events(2);
    expect(received()).toEqual(OF_A_SOURCE);
    await live(flowId, randomUUID());
    await receiver.events(8);
    const flows = receiver.taken.map(
      ({ body }) => body.event.flow_id ?? (body.event.flow as { id?: string } | undefined)?.id,
    );
    expect(new Set(flows.filter((id) => id !== undefined))).toEqual(new Set([flowId]));
  });

  it('with source_ids gets the events of these sources, their flows and segments', async () => {
    const sourceId = randomUUID();
    await register(receiver, { events: ALL, source_ids: [sourceId, randomUUID()] });
    await live(randomUUID(), randomUUID());
    await live(randomUUID(), sourceId);
    await receiver.events(6);
    expect(received()).toEqual(sorted([...OF_A_FLOW, ...OF_A_SOURCE]));
  });

  it('with flow_collected_by_ids gets the events of flows that these collect, their deletion too', async () => {
    const [flowId, sourceId, collector] = [randomUUID(), randomUUID(), randomUUID()];
    await register(receiver, { events: FLOWS, flow_collected_by_ids: [collector] });
    await live(randomUUID(), randomUUID());
    await live(flowId, sourceId);
    expect(received()).toEqual([]);
    await api.newFlow({ id: collector, flow_collection: [{ id: flowId, role: 'video' }] });
    await api.must('PUT', `/flows/${flowId}/label`, 'collected');
    const objectId = await api.newObject(flowId);
    await api.postSegments(flowId, { object_id: objectId, timerange: second(5) });
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await api.must('DELETE', `/flows/${flowId}`);
    await api.must('PUT', `/flows/${collector}/label`, 'not collected itself');
    const types = (await receiver.events(4)).map(({ event_type: type }) => type);
    expect(types).toEqual(['flows/updated', 'flows/segments_added', 'flows/segments_deleted', 'flows/deleted']);
  });

  it('with source_collected_by_ids gets the events of sources that these collect, and of their flows', async () => {
    const [flowId, sourceId, collectorSource] = [randomUUID(), randomUUID(), randomUUID()];
    await register(receiver, { events: ALL, source_collected_by_ids: [collectorSource] });
    await live(flowId, sourceId);
    expect(received()).toEqual([]);
    await api.newFlow({ source_id: collectorSource, flow_collection: [{ id: flowId, role: 'video' }] });
    await api.must('PUT', `/sources/${sourceId}/label`, 'collected');
    await api.must('PUT', `/flows/${flowId}/label`, 'collected');
    await api.must('DELETE', `/flows/${flowId}`);
    await receiver.events(4);
    expect(received()).toEqual(sorted(['sources/updated', 'flows/updated', 'flows/deleted', 'sources/deleted']));
  });

  it('with several filters gets what all of them let through', async () => {
    const [flowId, sourceId] = [randomUUID(), randomUUID()];
    await register(receiver, { events: ['flows/created'], flow_ids: [flowId], source_ids: [sourceId] });
    await api.newFlow({ source_id: sourceId });
    await api.newFlow({ id: flowId, source_id: sourceId });
    const [event] = await receiver.events(1);
    expect(event?.event).toMatchObject({ flow: { id: flowId } });
  });

  it('with an empty list of flows gets nothing of flows', async () => {
    await register(receiver, { events: ALL, flow_ids: [] });
    await live(randomUUID(), randomUUID());
    await receiver.events(2);
    expect(received()).toEqual(OF_A_SOURCE);
  });
});

describe('the URLs in an event of segments', () => {
  const urlsTold = async (
    webhook: object,
  ): Promise<{ told: Segment['get_urls']; flowId: string; objectId: string }> => {
    await register(receiver, { events: ['flows/segments_added'], ...webhook });
    const flowId = await api.newFlow();
    const allocated = firstOf(await api.allocate(flowId));
    await api.upload(allocated, 'the media');
    const external = [{ url: 'https://elsewhere.example/a', label: 'elsewhere' }];
    const { object_id: objectId } = allocated;
    await api.postSegments(flowId, { object_id: objectId, timerange: second(0), get_urls: external });
    const [event] = await receiver.events(1);
    return { told: firstOf(event?.event.segments as Segment[]).get_urls, flowId, objectId };
  };

  it('are those of the listing, and lead to the media', async () => {
    const { told = [], flowId } = await urlsTold({});
    const listed = firstOf(await api.segments(flowId)).get_urls ?? [];
    expect(told.map(({ label, presigned }) => [label, presigned])).toEqual(
      listed.map(({ label, presigned }) => [label, presigned]),
    );
    expect(await (await fetch(firstOf(told).url)).text()).toBe('the media');
  });

  it.each([
    [{ accept_get_urls: [] }, ''],
    [{ accept_get_urls: ['elsewhere'] }, 'accept_get_urls=elsewhere'],
    [{ presigned: true }, 'presigned=true'],
    [{ presigned: false }, 'presigned=false'],
    [{ accept_storage_ids: ['11111111-1111-4111-8111-111111111111'] }, ''],
    [{ verbose_storage: true }, 'verbose_storage=true'],
    [{ verbose_storage: true, presigned: true }, 'verbose_storage=true&presigned=true'],
  ])('%j are filtered as in the listing', async (webhook, query) => {
    const { told = [], flowId } = await urlsTold(webhook);
    const listed = query === '' ? [] : (firstOf(await api.segments(flowId, query)).get_urls ?? []);
    // Signatures of different hosts differ.
    const comparable = (urls: Segment['get_urls'] = []) =>
      urls.map((url) => ({ ...url, url: new URL(url.url).pathname }));
    expect(comparable(told)).toEqual(comparable(listed));
  });
});

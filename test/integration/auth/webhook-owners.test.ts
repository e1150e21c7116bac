import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { type EventBody, REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';
import { type Api, second, typeOf } from '../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

/* Whose webhooks are whose, and what each is told of: with real receivers. */

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
const WEBHOOKS = '/service/webhooks';

interface Listed {
  readonly url: string;
  readonly events: readonly string[];
}

let world: ClassServer;
let as: ClassServer['as'];
beforeAll(async () => {
  world = await startClassServer(REACH_RECEIVERS);
  as = world.as;
});
afterAll(() => world.close());

const statusOf = async (api: Api, webhook: object): Promise<number> =>
  (await api.send('POST', WEBHOOKS, webhook)).status;
const urlsOf = async (api: Api): Promise<string[]> => (await api.get<Listed[]>(WEBHOOKS)).map(({ url }) => url);

describe('webhooks', () => {
  const url = 'https://receiver.example/shared';
  const events = ['flows/created'];

  it('belong to who made them: others see, change and remove their own alone, and admins see all', async () => {
    for (const api of [as.news, as.sport, as.admin]) expect(await statusOf(api, { url, events })).toBe(201);
    const [mine, sports] = ['https://receiver.example/news', 'https://receiver.example/sport'];
    expect(await statusOf(as.news, { url: mine, events })).toBe(201);
    expect(await statusOf(as.sport, { url: sports, events })).toBe(201);
    expect(await urlsOf(as.news)).toEqual([url, mine]);
    expect(await urlsOf(as.sport)).toEqual([url, sports]);
    expect(await urlsOf(as.everybody)).toEqual([]);
    expect(await urlsOf(as.admin)).toEqual([url, url, url, mine, sports]);
    expect(await as.news.all(`${WEBHOOKS}?limit=1`)).toHaveLength(2);

    expect(await statusOf(as.news, { url, events: ['flows/deleted'] })).toBe(201);
    expect(await as.news.get(WEBHOOKS)).toMatchObject([{ url, events: ['flows/deleted'] }, { url: mine }]);
    expect(await as.sport.get(WEBHOOKS)).toMatchObject([{ url, events }, { url: sports }]);
    expect(await statusOf(as.news, { url: sports, events: [] })).toBe(204);
    expect(await statusOf(as.news, { url, events: [] })).toBe(204);
    expect(await urlsOf(as.news)).toEqual([mine]);
    expect(await urlsOf(as.admin)).toEqual([url, url, mine, sports]);
  });

  it('are removed by admins whoever made them, whose keys they need not know', async () => {
    const key = { api_key_name: 'x-key', api_key_value: 'of sport' };
    await as.sport.must('POST', WEBHOOKS, { url, events, ...key });
    const other = { url, events: [], api_key_name: 'x-key', api_key_value: 'another' };
    expect(await statusOf(as.admin, other)).toBe(204);
    expect(await urlsOf(as.sport)).toContain(url);
    expect(await statusOf(as.news, { url, events: [], api_key_name: 'x-key' })).toBe(204);
    expect(await as.sport.get(WEBHOOKS)).toHaveLength(3);
    expect(await statusOf(as.admin, { url, events: [], api_key_name: 'x-key' })).toBe(204);
    expect(await as.sport.get(WEBHOOKS)).toHaveLength(2);
    for (const registered of await as.admin.get<Listed[]>(WEBHOOKS)) {
      expect(await statusOf(as.admin, { ...registered, events: [] })).toBe(204);
    }
    for (const api of [as.news, as.sport, as.admin]) expect(await urlsOf(api)).toEqual([]);
  });

  it('are at most 20 of one who is not an admin', async () => {
    const nth = (n: number) => ({ url: `https://receiver.example/${n}`, events });
    for (let n = 0; n < 20; n++) expect(await statusOf(as.both, nth(n))).toBe(201);
    const refused = await as.both.send('POST', WEBHOOKS, nth(20));
    expect([refused.status, typeOf(refused)]).toEqual([400, 'too_many_items']);
    expect(await statusOf(as.both, nth(0))).toBe(201);
    expect(await statusOf(as.news, nth(20))).toBe(201);
    expect(await statusOf(as.admin, nth(20))).toBe(201);
    for (let n = 0; n <= 20; n++) expect(await statusOf(as.admin, { ...nth(n), events: [] })).toBe(204);
    expect(await urlsOf(as.admin)).toEqual([]);
  });

  it('with ids belong to who made them too: others are told that there is none, and admins change what stays its owner’s', async () => {
    const path = `/v8.2${WEBHOOKS}`;
    const { id } = await as.news.must<{ id: string }>('POST', path, { url, events });
    const change = { id, url, events: ['flows/deleted'], status: 'created' };
    for (const api of [as.sport, as.everybody]) {
      for (const [method, json] of [['GET'], ['HEAD'], ['DELETE'], ['PUT', change]] as const) {
        expect((await api.send(method, `${path}/${id}`, json)).status).toBe(404);
      }
      expect(await api.get(path)).toEqual([]);
    }
    expect((await as.admin.send('PUT', `${path}/${id}`, change)).status).toBe(201);
    expect(await as.admin.get(path)).toMatchObject([{ id, events: ['flows/deleted'] }]);
    // The classes of its owner limit it still.
    const hidden = { ...change, flow_collected_by_ids: [] };
    expect((await as.admin.send('PUT', `${path}/${id}`, hidden)).text).toContain('flow_collected_by_ids');
    // Neither its owner nor an admin finds it by its URL, as 7.0 does.
    for (const api of [as.news, as.admin]) expect(await statusOf(api, { url, events: [] })).toBe(204);
    expect(await as.news.get(path)).toMatchObject([{ id }]);
    for (let n = 1; n < 20; n++) await as.news.must('POST', path, { url, events });
    const refused = await as.news.send('POST', path, { url, events });
    expect([refused.status, typeOf(refused)]).toEqual([400, 'too_many_items']);
    for (const each of await as.admin.get<{ id: string }[]>(path)) {
      await as.news.must('DELETE', `${path}/${each.id}`);
    }
    expect((await as.admin.send('DELETE', `${path}/${id}`)).status).toBe(404);
  });

  describe('with the tag auth_classes', () => {
    const path = `/v8.2${WEBHOOKS}`;
    const shared = { url, events, api_key_name: 'x-key', api_key_value: 'of both', tags: { auth_classes: ['sport'] } };
    const change = { url, events: ['flows/deleted'], status: 'created', api_key_name: 'x-key', tags: shared.tags };
    let at: ReturnType<ClassServer['at']>;
    let id: string;
    beforeEach(async () => {
      at = world.at('');
      ({ id } = await at.both.must<{ id: string }>('POST', path, shared));
    });
    afterEach(async () => {
      await as.admin.must('DELETE', `${path}/${id}`);
      expect(await as.admin.get(path)).toEqual([]);
    });

    const statusAs = async (api: Api, method: string, json?: object): Promise<number> =>
      (await api.send(method, `${path}/${id}`, json)).status;

    it('are shared with its classes: each sees, changes and removes by its rights (AppNote 0016)', async () => {
      for (const api of [at.sport, at.reader, at.everybody]) {
        expect(await api.get(path)).toMatchObject([{ id, url }]);
        expect(await statusAs(api, 'GET')).toBe(200);
      }
      for (const api of [at.news, at.nobody, at.comma]) {
        expect(await api.get(path)).toEqual([]);
        for (const [method, json] of [['GET'], ['PUT', { id, ...change }], ['DELETE']] as const) {
          expect(await statusAs(api, method, json)).toBe(404);
        }
      }
      expect(await at.writer.get(path)).toEqual([]);
      expect(await statusAs(at.reader, 'PUT', { id, ...change })).toBe(403);
      expect(await statusAs(at.reader, 'DELETE')).toBe(403);
      expect(await statusAs(at.editor, 'DELETE')).toBe(403);
      expect(await statusAs(at.editor, 'PUT', { id, ...change })).toBe(201);
      expect(await statusAs(at.remover, 'DELETE')).toBe(204);
      ({ id } = await at.both.must<{ id: string }>('POST', path, shared));
    });

    it('are of who changed it last, and give neither the key nor the classes away', async () => {
      // The key stays with its URL.
      const elsewhere = { id, ...change, url: 'https://receiver.example/elsewhere' };
      const refused = await at.sport.send('PUT', `${path}/${id}`, elsewhere);
      expect([refused.status, typeOf(refused)]).toEqual([400, 'invalid_webhook']);
      expect(refused.text).toContain('api_key_value');
      // Whoever has a right less than the tag gives cannot hand it on.
      const handed = { id, ...change, tags: { auth_classes: ['sport', 'news'] } };
      expect(await statusAs(at.editor, 'PUT', handed)).toBe(403);
      expect(await statusAs(at.sport, 'PUT', handed)).toBe(201);
      expect(await at.news.get(path)).toMatchObject([{ id }]);
      // Without the tag it is its last writer's alone.
      const { tags: _, ...own } = change;
      expect(await statusAs(at.sport, 'PUT', { id, ...own, tags: {} })).toBe(201);
      expect(await at.both.get(path)).toEqual([]);
      expect(await at.sport.get(path)).toMatchObject([{ id }]);
    });
  });

  it('filter by no collections where classes limit their owner', async () => {
    for (const field of ['flow_collected_by_ids', 'source_collected_by_ids']) {
      const webhook = { url, events, [field]: [randomUUID()] };
      const refused = await as.news.send('POST', WEBHOOKS, webhook);
      expect([refused.status, typeOf(refused), refused.text]).toEqual([
        400,
        'invalid_webhook',
        expect.stringContaining(field),
      ]);
      expect(await statusOf(as.everybody, webhook)).toBe(201);
    }
    expect(await statusOf(as.everybody, { url, events: [] })).toBe(204);
  });
});

describe('events', () => {
  let all: WebhookReceiver;
  let news: WebhookReceiver;
  let nobody: WebhookReceiver;
  beforeAll(async () => {
    [all, news, nobody] = await Promise.all([
      WebhookReceiver.start(),
      WebhookReceiver.start(),
      WebhookReceiver.start(),
    ]);
    await as.everybody.must('POST', WEBHOOKS, { url: all.url, events: ALL });
    await as.news.must('POST', WEBHOOKS, { url: news.url, events: ALL });
    await as.nobody.must('POST', WEBHOOKS, { url: nobody.url, events: ALL });
  });
  afterAll(() => Promise.all([all.close(), news.close(), nobody.close()]));
  beforeEach(() => {
    for (const receiver of [all, news, nobody]) receiver.clear();
  });

  /** What was told when so many events were written, of which the others see as many as is said. */
  async function told(counts: { all: number; news: number; nobody: number }) {
    const everything = await all.events(counts.all);
    return { all: everything, news: await news.events(counts.news), nobody: await nobody.events(counts.nobody) };
  }

  /** Makes all kinds of events about a flow and its source. */
  async function live(api: Api, more: object): Promise<{ id: string; sourceId: string }> {
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() }, more);
    await api.must('PUT', `/flows/${flow.id}`, flow);
    await api.must('PUT', `/sources/${flow.source_id}/label`, 'a name');
    await api.fill(flow.id, 2);
    await api.must('DELETE', `/flows/${flow.id}/segments?timerange=${second(1)}`);
    await api.must('PUT', `/flows/${flow.id}/label`, 'a name');
    await api.must('DELETE', `/flows/${flow.id}`);
    return { id: flow.id, sourceId: flow.source_id };
  }

  const typesOf = (events: readonly EventBody[]): string[] => events.map(({ event_type: type }) => type).toSorted();

  it('of all kinds are for those who may see the flow or source', async () => {
    const hidden = await live(as.sport, tagged('sport'));
    const shared = await live(as.both, tagged('sport', 'news'));
    const open = await live(as.sport, {});
    const { all: whole, news: limited, nobody: few } = await told({ all: 24, news: 16, nobody: 8 });
    expect(typesOf(whole)).toEqual([...ALL, ...ALL, ...ALL].toSorted());
    expect(typesOf(limited)).toEqual([...ALL, ...ALL].toSorted());
    expect(typesOf(few)).toEqual(ALL.toSorted());
    for (const id of Object.values(hidden)) expect(JSON.stringify(limited)).not.toContain(id);
    for (const id of Object.values(shared)) expect(JSON.stringify(few)).not.toContain(id);
    for (const id of Object.values(open)) expect(JSON.stringify(few)).toContain(id);
  });

  it('go by the access at the time of each', async () => {
    const id = await as.both.newFlow(tagged('news'));
    await as.both.must('PUT', `/flows/${id}/tags/auth_classes`, 'sport');
    await as.sport.must('PUT', `/flows/${id}/label`, 'hidden');
    await as.both.must('PUT', `/flows/${id}/tags/auth_classes`, 'sport,news');
    const { news: limited } = await told({ all: 5, news: 3, nobody: 0 });
    expect(typesOf(limited)).toEqual(['flows/created', 'flows/updated', 'sources/created']);
    expect(limited.find(({ event_type: type }) => type === 'flows/updated')?.event['flow']).toMatchObject({
      tags: { auth_classes: 'sport,news' },
    });
  });

  it('of a life of a flow are not for who sees a later one, when they are told late', async () => {
    news.answer = () => 503;
    const id = randomUUID();
    const put = (api: Api, source: string, name: string) =>
      api.must('PUT', `/flows/${id}`, videoFlow({ id, source_id: source }, { ...tagged(name), label: `of ${name}` }));
    // What is refused meanwhile keeps the others waiting, and they are looked at when the flow is another one.
    await as.news.newFlow(tagged('news'));
    await put(as.sport, randomUUID(), 'sport');
    await as.sport.fill(id, 1);
    await as.sport.must('DELETE', `/flows/${id}`);
    await put(as.news, randomUUID(), 'news');
    await all.events(9);
    news.answer = () => 204;
    const limited = await news.events(4);
    expect(JSON.stringify(limited)).toContain('of news');
    expect(JSON.stringify(limited)).not.toContain('of sport');
  });

  it('name no flow or source by what is inferred', async () => {
    const [member, memberSource] = [randomUUID(), randomUUID()];
    await as.both.newFlow({ id: member, source_id: memberSource, ...tagged('news', 'sport') });
    const hiddenSource = randomUUID();
    const flow_collection = [{ id: member, role: 'part' }];
    const hidden = await as.sport.newFlow({ source_id: hiddenSource, ...tagged('sport'), flow_collection });
    await as.both.must('PUT', `/flows/${member}/label`, 'changed');
    await as.both.must('PUT', `/sources/${memberSource}/label`, 'changed');
    const { all: whole, news: limited } = await told({ all: 6, news: 4, nobody: 0 });
    const subjects = (events: readonly EventBody[]) =>
      events.filter(({ event_type: type }) => type.endsWith('/updated')).map(({ event }) => Object.values(event)[0]);
    expect(subjects(whole)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: member, collected_by: [hidden] }),
        expect.objectContaining({ id: memberSource, collected_by: [hiddenSource] }),
      ]),
    );
    expect(subjects(limited)).toHaveLength(2);
    expect(JSON.stringify(limited)).not.toContain(hidden);
    expect(JSON.stringify(limited)).not.toContain(hiddenSource);
  });
});

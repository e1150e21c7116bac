import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';
import { type Api, second, type Segment, typeOf } from '../behaviour/support/api.ts';
import { type ClassServer, type Name, startClassServer, tagged } from './support/class-server.ts';

/* Storage backends that have the tag `auth_classes`, as principals of different classes may use them. */

const [SPORT, NEWS, OPEN] = [randomUUID(), randomUUID(), randomUUID()];

let world: ClassServer;
let as: ReturnType<ClassServer['at']>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-backend-classes-'));
  const file = join(folder, 'backends.json');
  const backends = [
    { id: SPORT, type: 'local', path: 'sport', default_storage: true, tags: { auth_classes: ['sport', 'other'] } },
    { id: NEWS, type: 'local', path: 'news', tags: { auth_classes: 'news' } },
    { id: OPEN, type: 'local', path: 'open', tags: { colour: 'blue' } },
  ];
  await writeFile(file, JSON.stringify(backends));
  world = await startClassServer({ STORAGE_BACKENDS_FILE: file, ...REACH_RECEIVERS });
  as = world.at('');
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** The backends that each principal has any right on, and those that it may read. */
const ANY: Partial<Record<Name, readonly string[]>> = {
  admin: [SPORT, NEWS, OPEN],
  everybody: [SPORT, NEWS, OPEN],
  both: [SPORT, NEWS, OPEN],
  sport: [SPORT, OPEN],
  reader: [SPORT, OPEN],
  writer: [SPORT, OPEN],
  remover: [SPORT, OPEN],
  guest: [SPORT, NEWS, OPEN],
  news: [NEWS, OPEN],
  nobody: [OPEN],
};
const READABLE = { ...ANY, writer: [OPEN], remover: [OPEN] };

/** A flow that is open, with a segment of an object in each backend. */
async function filled(): Promise<string> {
  const flow = await as.admin.newFlow();
  for (const [n, storage_id] of [SPORT, NEWS, OPEN].entries()) {
    const [object] = await as.admin.allocate(flow, { limit: 1, storage_id });
    await as.admin.postSegments(flow, { object_id: object?.object_id, timerange: second(n) });
  }
  return flow;
}

const backendsOf = (segments: readonly Segment[]): (string | undefined)[] =>
  segments.flatMap(({ get_urls: urls = [] }) => urls.map(({ storage_id: id }) => id));

describe.each(['/v7.0', '/v8.2'])('storage backends of classes in %s', (version) => {
  it('are listed for those who have any right on them', async () => {
    for (const [name, ids] of Object.entries(ANY)) {
      const listed = await world.at(version)[name as Name].get<{ id: string }[]>('/service/storage-backends');
      expect(listed.map(({ id }) => id).toSorted(), name).toEqual(ids.toSorted());
    }
  });

  it('give URLs to those who may read them, whoever asked for the page before', async () => {
    const flow = await filled();
    // Twice: pages are kept, and must not be given to others.
    for (const round of [1, 2]) {
      for (const [name, ids] of Object.entries(READABLE)) {
        const segments = await world.at(version)[name as Name].segments(flow, 'verbose_storage=true');
        expect(segments, `${name} ${round}`).toHaveLength(3);
        expect(backendsOf(segments).toSorted(), `${name} ${round}`).toEqual(ids.toSorted());
        // Nothing is left of one whose instances are all hidden but an empty list.
        expect(segments.every(({ get_urls: urls }) => Array.isArray(urls))).toBe(true);
      }
      const asked = await world.at(version).news.segments(flow, `verbose_storage=true&accept_storage_ids=${SPORT}`);
      expect(backendsOf(asked)).toEqual([]);
    }
  });

  it('give URLs of an object to those who may read them', async () => {
    if (version === '/v7.0') return;
    const [segment] = await as.admin.segments(await filled());
    for (const [name, ids] of Object.entries(READABLE)) {
      const api = world.at(version)[name as Name];
      const object = await api.get<Segment>(`/objects/${segment?.object_id}?verbose_storage=true`);
      expect(backendsOf([object]), name).toEqual(ids.filter((id) => id === SPORT));
      expect(object.get_urls, name).toBeInstanceOf(Array);
    }
  });

  it('take objects of those who may write to them', async () => {
    const flow = await as.admin.newFlow(tagged('sport', 'news'));
    const refusal = async (api: Api, body: object): Promise<[number, string] | 201> => {
      const answer = await api.send('POST', `${version}/flows/${flow}/storage`, body);
      return answer.status === 201 ? 201 : [answer.status, typeOf(answer)];
    };
    const unknown = [400, 'unknown_storage_backend'];
    for (const api of [as.sport, as.writer, as.editor, as.both, as.admin]) {
      expect(await refusal(api, { limit: 1 })).toBe(201);
      expect(await refusal(api, { limit: 1, storage_id: SPORT })).toBe(201);
    }
    expect(await refusal(as.sport, { limit: 1, storage_id: NEWS })).toEqual(unknown);
    expect(await refusal(as.sport, { limit: 1, storage_id: randomUUID() })).toEqual(unknown);
    expect(await refusal(as.news, { limit: 1, storage_id: NEWS })).toBe(201);
    expect(await refusal(as.news, { limit: 1, storage_id: OPEN })).toBe(201);
    // The default is not theirs.
    expect(await refusal(as.news, { limit: 1 })).toEqual(unknown);
    expect(await refusal(as.guest, { limit: 1, storage_id: SPORT })).toEqual([403, 'insufficient_rights']);
    expect(await refusal(as.guest, { limit: 1 })).toEqual([403, 'insufficient_rights']);
    expect(await refusal(as.reader, { limit: 1, storage_id: OPEN })).toEqual([403, 'insufficient_rights']);
  });
});

describe('events of segments', () => {
  it('have URLs of the backends that their receiver may read', async () => {
    const names = ['everybody', 'news', 'reader', 'writer', 'nobody'] as const;
    const receivers = await Promise.all(names.map(() => WebhookReceiver.start()));
    for (const [n, name] of names.entries()) {
      const webhook = { url: receivers[n]?.url, events: ['flows/segments_added'], verbose_storage: true };
      await as[name].must('POST', '/service/webhooks', webhook);
    }
    await filled();
    for (const [n, name] of names.entries()) {
      const events = (await receivers[n]?.events(3)) ?? [];
      const segments = events.flatMap(({ event }) => event['segments'] as Segment[]);
      expect(backendsOf(segments).toSorted(), name).toEqual(READABLE[name]?.toSorted());
    }
    await Promise.all(receivers.map((receiver) => receiver.close()));
  });
});

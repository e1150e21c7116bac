import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoFlow } from '../../../support/examples.ts';
import { nextLink } from '../../../support/http-client.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../../support/webhook-receiver.ts';
import { type Api, second, summaryOf, typeOf } from '../../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './class-server.ts';

/** What limited principals see and may do: with {@link testHiddenOperations} on servers with either setting of `SOFT_DELETE`. */
export function testAccessByTags(env: Record<string, string> = {}): void {
  let world: ClassServer;
  let as: ClassServer['as'];
  beforeAll(async () => {
    world = await startClassServer({ ...REACH_RECEIVERS, DELETE_SYNC_MAX: '5', ...env });
    as = world.as;
  });
  afterAll(() => world.close());

  interface Listed {
    readonly id: string;
    readonly source_id?: string;
    readonly tags?: Record<string, string>;
    readonly flow_collection?: { id: string }[];
    readonly collected_by?: string[];
    readonly source_collection?: { id: string }[];
  }

  const statusOf = async (api: Api, method: string, path: string, json?: unknown): Promise<number> =>
    (await api.send(method, path, json)).status;

  const flowOf = (id: string, more: object): object => videoFlow({ id, source_id: randomUUID() }, more);

  const sourceOf = async (flow: string): Promise<string> =>
    (await as.admin.get<{ source_id: string }>(`/flows/${flow}`)).source_id;

  describe('a flow is visible', () => {
    const cases: [string, Record<string, unknown>, (keyof ClassServer['as'])[]][] = [
      ['without the tag to everybody', {}, ['news', 'sport', 'both', 'comma', 'nobody', 'everybody', 'admin']],
      [
        'with another tag to everybody',
        { tags: { a: 'news' } },
        ['news', 'sport', 'both', 'comma', 'nobody', 'everybody'],
      ],
      ['with a class to who has it', tagged('news'), ['news', 'both', 'everybody', 'admin']],
      ['with two classes to who has one', tagged('news', 'sport'), ['news', 'sport', 'both', 'everybody', 'admin']],
      ['with a class to its very name alone', tagged('new', 'News', 'xnews', '%', '*'), ['everybody', 'admin']],
      [
        'with spaces and empty names as without',
        { tags: { auth_classes: ' ,, news ,' } },
        ['news', 'both', 'everybody'],
      ],
      ['with an empty tag to who is not limited', { tags: { auth_classes: ' , ' } }, ['everybody', 'admin']],
    ];
    it.each(cases)('%s', async (_what, tags, expected) => {
      const flow = await as.admin.newFlow(tags);
      const source = await sourceOf(flow);
      for (const [name, api] of Object.entries(as)) {
        const sees = expected.includes(name as keyof ClassServer['as']) || ['everybody', 'admin'].includes(name);
        expect(await statusOf(api, 'GET', `/flows/${flow}`), name).toBe(sees ? 200 : 404);
        expect(await statusOf(api, 'HEAD', `/flows/${flow}`), name).toBe(sees ? 200 : 404);
        expect(await statusOf(api, 'GET', `/sources/${source}`), name).toBe(sees ? 200 : 404);
        expect(await api.get<unknown[]>(`/flows?source_id=${source}`), name).toHaveLength(sees ? 1 : 0);
      }
    });
  });

  describe('a listing', () => {
    it('has full pages of what is visible, and of nothing else', async () => {
      const codec = `video/x-${randomUUID()}`;
      const [mine, open, theirs]: [string[], string[], string[]] = [[], [], []];
      // One in four is visible, in stretches: pages span what is not.
      for (let n = 0; n < 40; n++) {
        const [ids, tags] =
          n % 8 === 2 ? [mine, tagged('sport', 'news')] : n % 8 === 3 ? [open, {}] : [theirs, tagged('sport')];
        ids.push(await as.admin.newFlow({ codec, ...tags }));
      }
      for (const [api, ids] of [
        [as.news, [...mine, ...open]],
        [as.nobody, open],
        [as.sport, [...mine, ...open, ...theirs]],
      ] as const) {
        const found: string[] = [];
        const pages: number[] = [];
        for await (const { items, headers } of api.pages<Listed>(`/flows?codec=${encodeURIComponent(codec)}&limit=3`)) {
          pages.push(items.length);
          found.push(...items.map(({ id }) => id));
          expect(nextLink(headers) === undefined).toBe(found.length === ids.length);
        }
        expect(found.toSorted()).toEqual(ids.toSorted());
        expect(pages.slice(0, -1).every((count) => count === 3)).toBe(true);
      }
      const head = await as.nobody.send('HEAD', `/flows?codec=${encodeURIComponent(codec)}&limit=${open.length}`);
      expect(nextLink(head.headers)).toBeUndefined();
    });

    it('of sources too', async () => {
      const marked = { tags: { auth_classes: 'sport' } };
      const label = randomUUID();
      const sources: string[] = [];
      for (let n = 0; n < 9; n++) {
        const source = await sourceOf(await as.admin.newFlow(n % 3 === 0 ? {} : marked));
        await as.admin.must('PUT', `/sources/${source}/label`, label);
        if (n % 3 === 0) sources.push(source);
      }
      const found = await as.news.all<Listed>(`/sources?label=${label}&limit=2`);
      expect(found.map(({ id }) => id).toSorted()).toEqual(sources.toSorted());
      expect(await as.sport.all(`/sources?label=${label}&limit=2`)).toHaveLength(9);
    });

    it('goes on where another principal was, with what is visible there', async () => {
      const codec = `video/x-${randomUUID()}`;
      for (let n = 0; n < 4; n++) await as.admin.newFlow({ codec, ...tagged('sport') });
      const first = await as.sport.send('GET', `/flows?codec=${encodeURIComponent(codec)}&limit=2`);
      const next = nextLink(first.headers) ?? '';
      expect(await as.sport.get(next)).toHaveLength(2);
      expect(await as.news.get(next)).toEqual([]);
    });
  });

  describe('the tag', () => {
    it('must name a class of who sets it, or be left out', async () => {
      const refused = async (api: Api, tags: object): Promise<string> => {
        const id = randomUUID();
        const answer = await api.send('PUT', `/flows/${id}`, flowOf(id, tags));
        expect(await statusOf(as.admin, 'GET', `/flows/${id}`)).toBe(answer.status === 201 ? 200 : 404);
        return answer.status === 201 ? 'created' : `${answer.status} ${typeOf(answer)}`;
      };
      expect(await refused(as.news, tagged('news'))).toBe('created');
      expect(await refused(as.news, tagged('sport', 'news'))).toBe('created');
      expect(await refused(as.news, {})).toBe('created');
      expect(await refused(as.news, tagged('sport'))).toBe('403 outside_own_classes');
      expect(await refused(as.news, { tags: { auth_classes: '' } })).toBe('403 outside_own_classes');
      expect(await refused(as.comma, tagged('news,sport'))).toBe('403 outside_own_classes');
      expect(await refused(as.nobody, tagged('news'))).toBe('403 outside_own_classes');
      expect(await refused(as.nobody, {})).toBe('created');
      expect(await refused(as.everybody, tagged('anything'))).toBe('created');
    });

    it('can be changed to share and to open, and not to lock oneself out', async () => {
      const flow = await as.news.newFlow(tagged('news'));
      const source = await sourceOf(flow);
      for (const path of [`/flows/${flow}`, `/sources/${source}`]) {
        const put = (value: string) => as.news.send('PUT', `${path}/tags/auth_classes`, value);
        expect(typeOf(await put('sport'))).toBe('outside_own_classes');
        expect(await as.admin.get(`${path}/tags/auth_classes`)).toBe('news');
        expect(await statusOf(as.sport, 'GET', path)).toBe(404);
        expect((await put('sport,news')).status).toBe(204);
        expect(await statusOf(as.sport, 'GET', path)).toBe(200);
        expect((await put('news')).status).toBe(204);
        expect(await statusOf(as.sport, 'GET', path)).toBe(404);
        expect(await statusOf(as.news, 'DELETE', `${path}/tags/auth_classes`)).toBe(204);
        expect(await statusOf(as.nobody, 'GET', path)).toBe(200);
      }
      const replaced = videoFlow({ id: flow, source_id: source }, tagged('sport'));
      expect(typeOf(await as.news.send('PUT', `/flows/${flow}`, replaced))).toBe('outside_own_classes');
      expect((await as.admin.get<Listed>(`/flows/${flow}`)).tags ?? {}).toEqual({});
    });

    it('of a flow is inherited by the source that it brings, and by no source that is there', async () => {
      const flow = await as.news.newFlow({ tags: { auth_classes: 'news', colour: 'red' } });
      const source = await sourceOf(flow);
      expect((await as.news.get<Listed>(`/sources/${source}`)).tags).toEqual({ auth_classes: 'news' });
      await as.news.newFlow({ source_id: source, ...tagged('news', 'sport') });
      expect((await as.news.get<Listed>(`/sources/${source}`)).tags).toEqual({ auth_classes: 'news' });
    });
  });

  describe('a source that is not visible', () => {
    it('takes no new flow of who cannot see it, and keeps those that are visible', async () => {
      const flow = await as.sport.newFlow(tagged('sport'));
      const source = await sourceOf(flow);
      await as.sport.must('PUT', `/flows/${flow}/tags/auth_classes`, 'sport,news');
      const other = videoFlow({ id: randomUUID(), source_id: source }, tagged('news'));
      expect(await statusOf(as.news, 'PUT', `/flows/${other.id}`, other)).toBe(404);
      const own = await as.news.newFlow(tagged('news'));
      const moved = videoFlow({ id: own, source_id: source }, tagged('news'));
      expect(await statusOf(as.news, 'PUT', `/flows/${own}`, moved)).toBe(404);
      const changed = videoFlow({ id: flow, source_id: source }, { ...tagged('news', 'sport'), label: 'changed' });
      expect(await statusOf(as.news, 'PUT', `/flows/${flow}`, changed)).toBe(204);
      expect(await as.sport.get(`/flows/${flow}/label`)).toBe('changed');
    });

    it('stays when the last flow goes that somebody sees of it', async () => {
      const kept = await as.sport.newFlow(tagged('sport'));
      const source = await sourceOf(kept);
      const flow = await as.admin.newFlow({ source_id: source, ...tagged('news') });
      expect(await statusOf(as.news, 'DELETE', `/flows/${flow}`)).toBe(204);
      expect(await statusOf(as.sport, 'GET', `/sources/${source}`)).toBe(200);
    });
  });

  describe('a collection', () => {
    it('takes no member that is not visible, and keeps those that it has', async () => {
      const [open, secret, other] = [
        await as.admin.newFlow(),
        await as.sport.newFlow(tagged('sport')),
        await as.sport.newFlow(tagged('sport')),
      ];
      const members = (...ids: string[]) => ids.map((id) => ({ id, role: 'part' }));
      const flow = await as.both.newFlow({ ...tagged('news', 'sport'), flow_collection: members(secret) });
      const put = (ids: string[]) => as.news.send('PUT', `/flows/${flow}/flow_collection`, members(...ids));
      const refusal = await put([open, secret, other]);
      expect([refusal.status, summaryOf(refusal)]).toEqual([400, `flow_collection: there is no flow ${other}`]);
      expect((await put([open, secret])).status).toBe(204);
      expect((await as.news.get<Listed>(`/flows/${flow}`)).flow_collection?.map(({ id }) => id)).toEqual([
        open,
        secret,
      ]);
      expect((await put([open])).status).toBe(204);
      expect((await put([open, secret])).status).toBe(400);
    });

    it('is left out of what is inferred where its flow is not visible', async () => {
      const member = await as.admin.newFlow();
      const part = [{ id: member, role: 'part' }];
      const seen = await as.admin.newFlow({ flow_collection: part });
      const secret = await as.admin.newFlow({ ...tagged('sport'), flow_collection: part });
      const [memberSource, seenSource] = [await sourceOf(member), await sourceOf(seen)];
      const secretMember = await as.admin.newFlow(tagged('sport'));
      await as.admin.must('PUT', `/flows/${seen}/flow_collection`, [...part, { id: secretMember, role: 'part' }]);

      expect((await as.news.get<Listed>(`/flows/${member}`)).collected_by).toEqual([seen]);
      expect((await as.sport.get<Listed>(`/flows/${member}`)).collected_by?.toSorted()).toEqual(
        [seen, secret].toSorted(),
      );
      const [listed] = await as.news.get<Listed[]>(`/flows?source_id=${memberSource}`);
      expect(listed?.collected_by).toEqual([seen]);
      expect((await as.news.get<Listed>(`/sources/${memberSource}`)).collected_by).toEqual([seenSource]);
      const collection = (await as.news.get<Listed>(`/sources/${seenSource}`)).source_collection;
      expect(collection?.map(({ id }) => id)).toEqual([memberSource]);
    });

    it('that is not visible and read-only keeps its members, and its name to itself', async () => {
      const flow = await as.news.newFlow(tagged('news', 'sport'));
      const secret = await as.sport.newFlow({
        ...tagged('sport'),
        flow_collection: [{ id: flow, role: 'part' }],
        read_only: true,
      });
      const refused = await as.news.send('DELETE', `/flows/${flow}`);
      expect([refused.status, typeOf(refused)]).toEqual([403, 'flow_read_only']);
      expect(refused.text).not.toContain(secret);
      expect(summaryOf(await as.sport.send('DELETE', `/flows/${flow}`))).toContain(secret);
      expect(await as.sport.get(`/flows/${secret}/flow_collection`)).toEqual([{ id: flow, role: 'part' }]);
    });

    it('that is not visible is right when a member goes', async () => {
      const member = await as.news.newFlow(tagged('news', 'sport'));
      const secret = await as.sport.newFlow({ ...tagged('sport'), flow_collection: [{ id: member, role: 'part' }] });
      expect(await statusOf(as.news, 'DELETE', `/flows/${member}`)).toBe(204);
      expect(await as.sport.get(`/flows/${secret}/flow_collection`)).toEqual([]);
      const circle = await as.both.newFlow({
        ...tagged('news', 'sport'),
        flow_collection: [{ id: secret, role: 'part' }],
      });
      expect(await statusOf(as.sport, 'PUT', `/flows/${secret}/flow_collection`, [{ id: circle, role: 'x' }])).toBe(
        400,
      );
    });
  });

  describe('an object', () => {
    it('is visible by the flows that use it, and shows those alone', async () => {
      const first = await as.sport.newFlow(tagged('sport'));
      const object = await as.sport.fill(first, 1);
      const use = async (...classes: string[]): Promise<string> => {
        const flow = await as.admin.newFlow(tagged(...classes));
        expect((await as.admin.postSegments(flow, { object_id: object, timerange: second(0) })).status).toBe(201);
        return flow;
      };
      const hidden = [first, await use('sport'), await use('sport')];
      expect(await statusOf(as.news, 'GET', `/objects/${object}`)).toBe(404);
      const seen = [await use('news'), await use('news', 'sport'), await use('news')];
      hidden.push(await use('sport'));

      const usersFor = async (api: Api): Promise<string[]> => {
        const flows: string[] = [];
        let next: string | undefined = `/objects/${object}?limit=2`;
        while (next !== undefined) {
          const { json, headers } = await api.send('GET', next);
          const { referenced_by_flows: users } = json as { referenced_by_flows: string[] };
          next = nextLink(headers);
          expect(users.length).toBe(next === undefined ? users.length : 2);
          flows.push(...users);
        }
        return flows;
      };
      expect(await usersFor(as.news)).toEqual(seen.toSorted());
      expect(await usersFor(as.sport)).toEqual([...hidden, seen[1]].toSorted());
      expect(await usersFor(as.admin)).toEqual([...hidden, ...seen].toSorted());
      expect(await as.news.get(`/objects/${object}`)).not.toHaveProperty('first_referenced_by_flow');
      expect(await as.sport.get(`/objects/${object}`)).toHaveProperty('first_referenced_by_flow', first);
    });

    it('can be used again by who sees it alone', async () => {
      const first = await as.sport.newFlow(tagged('sport'));
      const object = await as.sport.fill(first, 1);
      const mine = await as.news.newFlow(tagged('news'));
      const reuse = { object_id: object, timerange: second(0) };
      const refusal = await as.news.postSegments(mine, reuse);
      const unknown = await as.news.postSegments(mine, { ...reuse, object_id: 'no such object' });
      expect([refusal.status, typeOf(refusal)]).toEqual([400, 'unknown_object']);
      expect(summaryOf(refusal).replace(object, '')).toBe(summaryOf(unknown).replace('no such object', ''));
      const planted = { ...reuse, get_urls: [{ url: 'https://elsewhere.example/o', label: 'x' }] };
      expect(typeOf(await as.news.postSegments(mine, planted))).toBe('unknown_object');

      const shared = await as.both.newFlow(tagged('news', 'sport'));
      expect((await as.both.postSegments(shared, reuse)).status).toBe(201);
      expect((await as.news.postSegments(mine, reuse)).status).toBe(201);
      expect(await as.news.segments(mine)).toHaveLength(1);
    });

    it('cannot be allocated under an id that is taken', async () => {
      const flow = await as.sport.newFlow(tagged('sport'));
      const object = await as.sport.newObject(flow);
      const mine = await as.news.newFlow(tagged('news'));
      const answer = await as.news.send('POST', `/flows/${mine}/storage`, { object_ids: [object] });
      expect([answer.status, typeOf(answer)]).toEqual([400, 'object_ids_in_use']);
    });
  });

  it('pages of segments that were kept for one principal are shown to no other', async () => {
    const flow = await as.sport.newFlow(tagged('sport'));
    await as.sport.fill(flow, 3);
    const path = `/flows/${flow}/segments?limit=2`;
    for (let n = 0; n < 2; n++) expect(await as.sport.get(path)).toHaveLength(2);
    expect(await as.news.get(path)).toEqual([]);
    await as.sport.must('PUT', `/flows/${flow}/tags/auth_classes`, 'sport,news');
    expect(await as.news.get(path)).toHaveLength(2);
    await as.sport.must('PUT', `/flows/${flow}/tags/auth_classes`, 'sport');
    expect(await as.news.get(path)).toEqual([]);
  });

  it('a long deletion is seen by who saw the flow', async () => {
    const flow = await as.sport.newFlow(tagged('sport'));
    await as.sport.fill(flow, 20);
    const { id } = await as.sport.must<{ id: string }>('DELETE', `/flows/${flow}`);
    expect((await as.sport.deletionDone(id)).delete_flow).toBe(true);
    expect(await statusOf(as.both, 'GET', `/flow-delete-requests/${id}`)).toBe(200);
    for (const method of ['GET', 'HEAD']) {
      expect(await statusOf(as.news, method, `/flow-delete-requests/${id}`)).toBe(404);
    }
  });

  it('events tell admins all, whoever caused them', async () => {
    const receiver = await WebhookReceiver.start();
    const member = await as.admin.newFlow(tagged('news', 'sport'));
    const secret = await as.admin.newFlow({ ...tagged('sport'), flow_collection: [{ id: member, role: 'part' }] });
    const events = ['flows/updated', 'flows/deleted'];
    await as.admin.must('POST', '/service/webhooks', { url: receiver.url, events, flow_collected_by_ids: [secret] });
    await as.admin.must('POST', '/service/webhooks', { url: `${receiver.url}/2`, events, flow_ids: [secret] });
    await as.news.must('PUT', `/flows/${member}/label`, 'changed');
    await as.news.must('DELETE', `/flows/${member}`);
    const told = await receiver.events(3);
    expect(told.map(({ event_type: type }) => type).toSorted()).toEqual([
      'flows/deleted',
      'flows/updated',
      'flows/updated',
    ]);
    const flows = told.flatMap(({ event }) => (event.flow === undefined ? [] : [event.flow as Listed]));
    expect(flows.find(({ id }) => id === member)?.collected_by).toEqual([secret]);
    expect(flows.find(({ id }) => id === secret)?.flow_collection).toEqual([]);
    await receiver.close();
  });
}

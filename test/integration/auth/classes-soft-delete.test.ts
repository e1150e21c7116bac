import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, videoFlow } from '../../support/examples.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';
import type { Deleted, Restored } from '../behaviour/support/trash-world.ts';
import { type Api, second, summaryOf, typeOf } from '../behaviour/support/api.ts';
import { testAccessByTags } from './support/access-by-tags.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';
import { testHiddenOperations } from './support/hidden-operations.ts';

/* Access by tags on a server that keeps what is deleted. Limited principals can tell no difference: the tests of access by tags hold. */
describe('access by tags', () => testAccessByTags({ SOFT_DELETE: 'true' }));
describe('every operation', () => testHiddenOperations({ SOFT_DELETE: 'true' }));

let world: ClassServer;
let as: ClassServer['as'];
beforeAll(async () => {
  world = await startClassServer({ ...REACH_RECEIVERS, SOFT_DELETE: 'true' });
  as = world.as;
});
afterAll(() => world.close());

const statusOf = async (api: Api, method: string, path: string, json?: unknown): Promise<number> =>
  (await api.send(method, path, json)).status;

const restore = (flow: string): Promise<Restored> => as.admin.must('POST', `/internal/flows/${flow}/restore`);

const deleted = (kind: string, query: string): Promise<Deleted[]> => as.admin.get(`/internal/deleted/${kind}?${query}`);

/** Who of these sees what is at the path. */
async function seers(path: string): Promise<string[]> {
  const names = ['news', 'sport', 'nobody'] as const;
  const statuses = await Promise.all(names.map((name) => statusOf(as[name], 'GET', path)));
  expect(statuses.every((status) => status === 200 || status === 404)).toBe(true);
  return names.filter((_, index) => statuses[index] === 200);
}

describe('what somebody limited deletes', () => {
  it('is in the trash for admins alone, whoever deleted it', async () => {
    const flow = await as.sport.newFlow(tagged('sport'));
    await as.sport.fill(flow, 2);
    await as.sport.must('DELETE', `/flows/${flow}`);
    const paths = [
      ['GET', '/internal/deleted/flows'],
      ['GET', '/internal/deleted/sources'],
      ['GET', `/internal/deleted/segments?flow_id=${flow}`],
      ['POST', `/internal/flows/${flow}/restore`],
      ['POST', `/internal/flows/${flow}/segments/restore?timerange=_`],
      ['DELETE', '/internal/deleted'],
    ] as const;
    for (const name of ['sport', 'both', 'everybody'] as const) {
      for (const [method, path] of paths) {
        const answer = await as[name].send(method, path);
        expect([answer.status, typeOf(answer)], `${name}: ${method} ${path}`).toEqual([403, 'insufficient_scope']);
      }
    }
    const [kept] = await deleted('flows', `flow_id=${flow}`);
    expect([kept?.deleted_by, kept?.['tags']]).toEqual(['sport', { auth_classes: 'sport' }]);
    expect(await seers(`/flows/${flow}`)).toEqual([]);
  });

  it('comes back for those who saw it, with its media, and for nobody else', async () => {
    const flow = await as.sport.newFlow(tagged('sport'));
    const object = await as.sport.fill(flow, 3);
    const { source_id: source } = await as.sport.get<{ source_id: string }>(`/flows/${flow}`);
    await as.sport.must('DELETE', `/flows/${flow}`);
    for (const path of [`/flows/${flow}`, `/sources/${source}`, `/objects/${object}`]) {
      expect(await seers(path), path).toEqual([]);
    }
    expect((await restore(flow)).restored_segments).toBe(3);
    for (const path of [`/flows/${flow}`, `/sources/${source}`, `/objects/${object}`]) {
      expect(await seers(path), path).toEqual(['sport']);
    }
    expect(await as.news.segments(flow)).toEqual([]);
    expect(await as.sport.segments(flow)).toHaveLength(3);
    expect(await as.news.get(`/flows?source_id=${source}`)).toEqual([]);
  });

  it('can be a member of collections that are hidden from who deletes it, and comes back there', async () => {
    const member = await as.news.newFlow(tagged('news', 'sport'));
    const part = { id: member, role: 'part' };
    const secret = await as.sport.newFlow({ ...tagged('sport'), flow_collection: [part] });
    await as.news.must('DELETE', `/flows/${member}`);
    expect(await as.sport.get(`/flows/${secret}/flow_collection`)).toEqual([]);
    expect((await restore(member)).left_out).toEqual({ members: [], collected_by: [] });
    expect(await as.sport.get(`/flows/${secret}/flow_collection`)).toEqual([part]);
    expect(await as.news.get(`/flows/${member}`)).not.toHaveProperty('collected_by');
  });
});

describe('a flow that is restored', () => {
  it('goes into its source as that is tagged by now', async () => {
    const kept = await as.sport.newFlow(tagged('sport', 'news'));
    const { source_id: source } = await as.sport.get<{ source_id: string }>(`/flows/${kept}`);
    const flow = await as.news.newFlow({ source_id: source, ...tagged('news') });
    await as.news.must('DELETE', `/flows/${flow}`);
    await as.sport.must('PUT', `/sources/${source}/tags/auth_classes`, 'sport');
    await restore(flow);
    expect([await seers(`/flows/${flow}`), await seers(`/sources/${source}`)]).toEqual([['news'], ['sport']]);
    // As any flow of a source that was hidden later: its own people go on with it.
    const changed = videoFlow({ id: flow, source_id: source }, { ...tagged('news'), label: 'changed' });
    expect(await statusOf(as.news, 'PUT', `/flows/${flow}`, changed)).toBe(204);
    expect(await statusOf(as.sport, 'PUT', `/flows/${flow}`, changed)).toBe(404);
    await as.news.must('DELETE', `/flows/${flow}`);
    expect(await seers(`/sources/${source}`)).toEqual(['sport']);
  });

  it('goes into a source of others where these could see it and have made it anew', async () => {
    const flow = await as.news.newFlow(tagged('news'));
    const { source_id: source } = await as.news.get<{ source_id: string }>(`/flows/${flow}`);
    await as.news.must('PUT', `/sources/${source}/tags/auth_classes`, 'news,sport');
    await as.news.must('DELETE', `/flows/${flow}`);
    const theirs = await as.sport.newFlow({ source_id: source, ...tagged('sport') });
    await restore(flow);
    expect([await seers(`/flows/${flow}`), await seers(`/flows/${theirs}`)]).toEqual([['news'], ['sport']]);
    expect(await seers(`/sources/${source}`)).toEqual(['sport']);
  });

  it('keeps its id, and that of its source, from those who could not see them for as long as it is in the trash', async () => {
    const flow = await as.news.newFlow(tagged('news'));
    const object = await as.news.fill(flow, 2);
    const { source_id: source } = await as.news.get<{ source_id: string }>(`/flows/${flow}`);
    await as.news.must('DELETE', `/flows/${flow}`);
    const taken = videoFlow({ id: flow, source_id: randomUUID() }, tagged('sport'));
    const inSource = audioFlow({ id: randomUUID(), source_id: source }, tagged('sport'));
    for (const body of [taken, inSource]) {
      const answer = await as.sport.send('PUT', `/flows/${body.id}`, body);
      expect([answer.status, typeOf(answer)]).toEqual([404, 'not_found']);
    }
    expect((await restore(flow)).restored_segments).toBe(2);
    expect(await seers(`/objects/${object}`)).toEqual(['news']);
    await as.news.must('DELETE', `/flows/${flow}`);
    for (const { deletion_id: deletion } of await deleted('flows', `flow_id=${flow}`)) {
      await as.admin.must('DELETE', `/internal/deleted/${deletion}`);
    }
    // The object is in its time of grace.
    expect(await statusOf(as.sport, 'PUT', `/flows/${flow}`, taken)).toBe(201);
    expect(await statusOf(as.sport, 'PUT', `/flows/${inSource.id}`, inSource)).toBe(201);
    expect(await seers(`/objects/${object}`)).toEqual([]);
  });

  it('does not come back beside one that was made under its id, nor do its segments; an admin makes room', async () => {
    const flow = await as.both.newFlow(tagged('news', 'sport'));
    const object = await as.both.fill(flow, 2);
    const { id: asset } = await as.both.must<{ id: string }>('POST', '/search/assets', {
      bucket: 'trash',
      key: flow,
      link: { flow_id: flow },
    });
    await as.both.must('DELETE', `/flows/${flow}`);
    const [{ deletion_id: deletion } = { deletion_id: '' }] = await deleted('flows', `flow_id=${flow}`);
    const theirs = videoFlow({ id: flow, source_id: randomUUID() }, { ...tagged('sport'), read_only: true });
    expect(await statusOf(as.sport, 'PUT', `/flows/${flow}`, theirs)).toBe(201);
    const refused = async (): Promise<void> => {
      const answer = await as.admin.send('POST', `/internal/flows/${flow}/restore?deletion_id=${deletion}`);
      expect([answer.status, typeOf(answer)]).toEqual([409, 'id_in_use']);
      expect(summaryOf(answer)).toContain('DELETE that one');
    };
    await refused();
    await as.admin.must('PUT', `/flows/${flow}/read_only`, false);
    // They are of another life: neither the deletion nor the time brings them into this flow.
    for (const query of [`deletion_id=${deletion}`, 'timerange=_']) {
      const path = `/internal/flows/${flow}/segments/restore?${query}`;
      expect(await as.admin.must<Restored>('POST', path)).toMatchObject({ restored_segments: 0 });
    }
    await refused();
    expect([await seers(`/flows/${flow}`), await as.sport.segments(flow)]).toEqual([['sport'], []]);
    for (const path of [`/objects/${object}`, `/search/assets/${asset}`]) expect(await seers(path), path).toEqual([]);
    await as.admin.must('DELETE', `/flows/${flow}`);
    const back = await as.admin.must<Restored>('POST', `/internal/flows/${flow}/restore?deletion_id=${deletion}`);
    expect(back.restored_segments).toBe(2);
    for (const path of [`/flows/${flow}`, `/objects/${object}`, `/search/assets/${asset}`]) {
      expect(await seers(path), path).toEqual(['news', 'sport']);
    }
    // It is what it was: what is deleted of it now comes back into it by the time alone.
    await as.sport.must('DELETE', `/flows/${flow}/segments?timerange=${second(0)}`);
    const again = `/internal/flows/${flow}/segments/restore?timerange=_`;
    expect(await as.admin.must<Restored>('POST', again)).toMatchObject({ restored_segments: 1 });
  });

  it('is told of in full, and comes back with a tag that nobody has any more', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      const flow = await as.admin.newFlow(tagged('radio'));
      const object = await as.admin.newObject(flow);
      expect((await as.admin.postSegments(flow, { object_id: object, timerange: second(0) })).status).toBe(201);
      const events = ['flows/created', 'flows/segments_added', 'sources/created'];
      await as.admin.must('POST', '/service/webhooks', { url: receiver.url, events, flow_ids: [flow] });
      await as.admin.must('DELETE', `/flows/${flow}`);
      await restore(flow);
      const told = await receiver.events(3);
      expect(told.map(({ event_type: type }) => type).toSorted()).toEqual(events.toSorted());
      const created = told.find(({ event_type: type }) => type === 'flows/created')?.event['flow'];
      expect(created).toMatchObject({ id: flow, tags: { auth_classes: 'radio' } });
      expect(await seers(`/flows/${flow}`)).toEqual([]);
      await as.admin.must('POST', '/service/webhooks', { url: receiver.url, events: [] });
    } finally {
      await receiver.close();
    }
  });
});

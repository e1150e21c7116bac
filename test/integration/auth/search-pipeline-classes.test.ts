import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectWorld, type EventsReport, vtt } from '../../support/search/object-world.ts';
import type { Answer, AssetBody } from '../../support/search/search-api.ts';
import { until } from '../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

let world: ClassServer;
beforeAll(async () => {
  world = await startClassServer();
});
afterAll(() => world.close());

const eventsOf = (keys: readonly string[]): object => ({
  Records: keys.map((key) => ({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'local' }, object: { key } } })),
});

describe('events of objects', () => {
  it('are for principals that no classes limit: they have anything looked at, and tell what there is', async () => {
    for (const name of ['news', 'nobody'] as const) {
      const refused = await world.as[name].send('POST', '/events/s3', eventsOf(['any.mp4']));
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('no classes limit')]);
    }
    for (const name of ['everybody', 'admin'] as const) {
      expect((await world.as[name].send('POST', '/events/s3', eventsOf(['any.mp4']))).status).toBe(200);
    }
  });
});

describe('a medium that was uploaded for a flow of a class', () => {
  it('is not transcribed for others before a segment puts it on the flow', async () => {
    const { as } = world;
    const flowId = await as.news.newFlow(tagged('news'));
    const objects = await as.news.allocate(flowId, { object_ids: ['secret.mp4', 'secret.vtt'] });
    const [medium, sidecar] = objects;
    if (medium === undefined || sidecar === undefined) throw new Error('too few objects were allocated');
    await as.news.upload(medium, randomBytes(100).toString('hex'));
    await as.news.upload(sidecar, vtt('The osprey is a secret.'));
    const keys = [ObjectWorld.keyOf(medium.put_url.url)];
    expect(await as.everybody.must<EventsReport>('POST', '/events/s3', eventsOf(keys))).toMatchObject({ queued: 1 });
    const total = async (name: 'news' | 'sport' | 'admin'): Promise<number> =>
      (await as[name].get<Answer>('/search?q=osprey&type=keyword')).total;
    // Long enough for the job, were it not to wait.
    await sleep(1_000);
    expect(await Promise.all([total('news'), total('sport'), total('admin')])).toEqual([0, 0, 0]);

    const segment = { object_id: 'secret.mp4', timerange: '[0:0_10:0)' };
    await as.news.must('POST', `/flows/${flowId}/segments`, segment);
    await until(async () => ((await total('news')) === 1 ? true : undefined));
    expect(await Promise.all([total('sport'), total('admin')])).toEqual([0, 1]);
    expect(await as.sport.get<AssetBody[]>('/search/assets?bucket=local')).toEqual([]);
  });

  it('cannot be put on a flow of others by its key', async () => {
    const { as } = world;
    const own = await as.sport.newFlow(tagged('sport'));
    const [hidden] = await as.news.allocate(await as.news.newFlow(tagged('news')));
    const [visible] = await as.sport.allocate(own);
    const asset = (object: typeof hidden): object => ({
      bucket: 'local',
      key: ObjectWorld.keyOf(object?.put_url.url ?? ''),
      link: { flow_id: own },
    });
    expect((await as.sport.send('POST', '/search/assets', asset(hidden))).status).toBe(403);
    expect((await as.sport.send('POST', '/search/assets', asset(visible))).status).toBeLessThan(300);
    expect((await as.admin.send('POST', '/search/assets', asset(hidden))).status).toBeLessThan(300);
  });
});

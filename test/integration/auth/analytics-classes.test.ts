import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

/* Statistics of a principal that classes limit are those of its own rows: nothing of the others is counted. */

let world: ClassServer;
let own: string;
let hidden: string;
let ownObject: string;
let hiddenObject: string;
beforeAll(async () => {
  world = await startClassServer();
  own = await world.as.news.newFlow(tagged('news'));
  hidden = await world.as.sport.newFlow(tagged('sport'));
  ownObject = await world.as.news.fill(own, 3);
  hiddenObject = await world.as.sport.fill(hidden, 5);
});
afterAll(() => world.close());

const count = async (api: Api, path: string, name: string): Promise<unknown> =>
  (await api.get<Record<string, unknown>>(`/analytics/${path}`))[name];

describe('analytics with access by tags', () => {
  it.each([
    ['flow-usage', 'flows', 1, 2],
    ['flow-usage', 'segments', 3, 8],
    ['storage-usage', 'objects', 1, 2],
    ['series/moving-average', 'rows', 3, 8],
    ['aggregates/summary', 'rows', 3, 8],
    ['aggregates/summary?table=flows', 'rows', 1, 2],
    ['aggregates/summary?table=sources', 'rows', 1, 2],
    ['aggregates/top', 'groups', 1, 2],
  ])('%s tells of %s: %i, and of %i whoever has all', async (path, name, limited, all) => {
    const query = path === 'aggregates/summary?table=flows' ? `${path}&column=created_ns` : path;
    expect(await count(world.as.news, query, name)).toBe(limited);
    expect(await count(world.as.both, query, name)).toBe(all);
    expect(await count(world.as.admin, query, name)).toBe(all);
  });

  it('counts in the rate and in the catalog what belongs to it', async () => {
    const { buckets } = await world.as.news.get<{ buckets: object[] }>('/analytics/ingest-rate?group_by=flow');
    expect(buckets).toMatchObject([{ group: own, count: 3 }]);
    const catalog = () => world.as.news.get<{ tables: object[]; analysed: { table: string }[] }>('/analytics/catalog');
    // Where the first counts take their time it has none yet.
    await expect
      .poll(async () => (await catalog()).tables)
      .toMatchObject([
        { table: 'flows', rows: 1 },
        { table: 'segments', rows: 3 },
        { table: 'sources', rows: 1 },
      ]);
    const { analysed } = await catalog();
    expect(analysed.map(({ table }) => table)).toEqual(['segments', 'flows', 'sources']);
  });

  it('has no tables that belong to nobody, and no flows of others', async () => {
    expect((await world.as.news.send('GET', '/analytics/aggregates/summary?table=events')).status).toBe(400);
    expect((await world.as.news.send('GET', '/analytics/export?table=exr_files')).status).toBe(400);
    expect((await world.as.admin.send('GET', '/analytics/export?table=exr_files')).status).toBe(200);
    expect((await world.as.news.send('GET', `/analytics/flows/${hidden}/timeline`)).status).toBe(404);
    expect((await world.as.news.send('GET', `/analytics/flows/${own}/timeline`)).status).toBe(200);
    expect((await world.as.news.send('GET', '/analytics/performance')).status).toBe(403);
  });

  it.each(['segments', 'flows'])('exports its own %s', async (table) => {
    const { text } = await world.as.news.send('GET', `/analytics/export?table=${table}&format=arrow`);
    expect(text).toContain(own);
    expect(text).not.toContain(hidden);
    const all = await world.as.admin.send('GET', `/analytics/export?table=${table}&format=arrow`);
    expect(all.text).toContain(hidden);
  });

  it('exports its own objects, without the flows that they were allocated for', async () => {
    const { text } = await world.as.news.send('GET', '/analytics/export?table=objects&format=arrow');
    expect(text).toContain(ownObject);
    for (const other of [hiddenObject, hidden, own, 'first_flow']) expect(text).not.toContain(other);
    const all = await world.as.admin.send('GET', '/analytics/export?table=objects&format=arrow');
    for (const each of [ownObject, hiddenObject, own, hidden, 'first_flow']) expect(all.text).toContain(each);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFlow, videoFlow } from '../../support/examples.ts';
import { ExrApi, type Inspected, renderedFrame } from '../../support/exr-objects.ts';
import { type Answer, type AssetBody, cuesOf, type VersionBody } from '../../support/search/search-api.ts';
import { type Api, type Segment, second, typeOf } from '../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

/*
 * The id of a deleted flow is free, and what the flow had may live on: in other flows, until it is reclaimed, in media search.
 * Whoever takes the id must get nothing of it (docs/adr/0022-lives-of-a-flow.md).
 */

let world: ClassServer;
let as: ClassServer['as'];
beforeAll(async () => {
  world = await startClassServer({ SOFT_DELETE: 'false' });
  as = world.as;
});
afterAll(() => world.close());

const NEWS = tagged('news');
const SPORT = tagged('sport');

const statusOf = async (api: Api, method: string, path: string, json?: unknown): Promise<number> =>
  (await api.send(method, path, json)).status;

/** Deletes the flow of news, and has sport make one of its own under the id. */
async function takeOver(id: string, flow: typeof videoFlow | typeof imageFlow = videoFlow): Promise<void> {
  await as.news.must('DELETE', `/flows/${id}`);
  expect(await statusOf(as.sport, 'PUT', `/flows/${id}`, flow({ id, source_id: randomUUID() }, SPORT))).toBe(201);
}

/** What sport is answered where it puts the object on the flow. */
async function register(api: Api, flow: string, objectId: string, at = 500): Promise<string> {
  const answer = await api.postSegments(flow, { object_id: objectId, timerange: second(at) });
  return answer.status === 201 ? 'registered' : typeOf(answer);
}

describe('who takes the id of a deleted flow', () => {
  it('gets no object that another flow goes on to use, nor its bytes', async () => {
    const [flow, keeper] = [await as.news.newFlow(NEWS), await as.news.newFlow(NEWS)];
    const [allocated] = await as.news.allocate(flow);
    if (allocated === undefined) throw new Error('nothing was allocated');
    const { object_id: object } = allocated;
    await as.news.upload(allocated, 'news only');
    for (const id of [flow, keeper]) expect(await register(as.news, id, object)).toBe('registered');
    expect(await as.news.get(`/objects/${object}`)).toMatchObject({ first_referenced_by_flow: flow });
    await takeOver(flow);
    expect(await statusOf(as.sport, 'GET', `/objects/${object}`)).toBe(404);
    expect(await register(as.sport, flow, object)).toBe('unknown_object');
    expect(await as.sport.segments(flow)).toEqual([]);
    // Whoever sees the other flow loses nothing, and is not told that a flow of others was the first.
    const kept = await as.news.get<Record<string, unknown>>(`/objects/${object}`);
    expect([kept['referenced_by_flows'], kept['first_referenced_by_flow']]).toEqual([[keeper], undefined]);
    const [segment] = await as.news.get<Segment[]>(`/flows/${keeper}/segments`);
    expect(await (await fetch(segment?.get_urls?.[0]?.url ?? '')).text()).toBe('news only');
  });

  it('gets no object in its time of grace, nor an open allocation, nor an external one', async () => {
    const flow = await as.news.newFlow(NEWS);
    const [used, open] = [await as.news.newObject(flow), await as.news.newObject(flow)];
    const external = { object_id: randomUUID(), get_urls: [{ url: 'https://example.com/secret' }] };
    expect(await register(as.news, flow, used)).toBe('registered');
    expect((await as.news.postSegments(flow, { ...external, timerange: second(1) })).status).toBe(201);
    await takeOver(flow);
    for (const object of [used, open, external.object_id]) {
      expect(await statusOf(as.sport, 'GET', `/objects/${object}`)).toBe(404);
      expect(await register(as.sport, flow, object)).toBe('unknown_object');
      expect(await statusOf(as.sport, 'POST', '/exr/inspect', { object_id: object })).toBe(404);
    }
    expect((await as.sport.postSegments(flow, { ...external, timerange: second(2) })).status).toBe(400);
  });

  it('finds none of its words, and none of its assets', async () => {
    const flow = await as.news.newFlow(NEWS);
    const place = { bucket: 'taken', key: 'k' };
    const body = { ...place, link: { flow_id: flow } };
    const { id: asset } = await as.news.must<AssetBody>('POST', '/search/assets', body);
    const transcript = { segments: cuesOf(['the wryneck of news']) };
    const { id: version } = await as.news.must<VersionBody>('PUT', `/search/assets/${asset}/transcript`, transcript);
    await takeOver(flow);
    for (const name of ['sport', 'news'] as const) {
      for (const query of ['', `&flow_id=${flow}`, '&timerange=[0:0_5:0)']) {
        for (const type of ['keyword', 'semantic', 'hybrid']) {
          const answer = await as[name].get<Answer>(`/search?q=wryneck&type=${type}${query}`);
          expect([answer.total, answer.hits], `${name}: ${type}${query}`).toEqual([0, []]);
        }
      }
      expect(await as[name].get(`/search/assets?bucket=taken`)).toEqual([]);
      expect(await as[name].get(`/search/assets?flow_id=${flow}`)).toEqual([]);
      for (const path of ['', '/transcript', '/versions']) {
        expect(await statusOf(as[name], 'GET', `/search/assets/${asset}${path}`), path).toBe(404);
      }
      expect(await statusOf(as[name], 'GET', `/search/versions/${version}`)).toBe(404);
      expect(await statusOf(as[name], 'POST', '/search/assets', body)).toBe(name === 'sport' ? 404 : 400);
    }
    expect((await as.admin.get<Answer>('/search?q=wryneck&type=keyword')).total).toBe(1);
    // What is put on the flow of now belongs to that.
    await as.admin.must('PUT', `/search/assets/${asset}/link`, { flow_id: flow });
    const totals = (['sport', 'news'] as const).map((name) => as[name].get<Answer>('/search?q=wryneck'));
    expect((await Promise.all(totals)).map(({ total }) => total)).toEqual([1, 0]);
  });

  it('gets none of its EXR metadata', async () => {
    const objects = new ExrApi(as.news.baseUrl);
    const [flow, keeper] = [await newImageFlow(), await newImageFlow()];
    const name = `${randomUUID()}.1.exr`;
    for (const { put_url } of await as.news.allocate(flow, { object_ids: [name] })) {
      await objects.write(put_url, renderedFrame(1));
    }
    for (const id of [flow, keeper]) expect(await register(as.news, id, name, 0)).toBe('registered');
    const { persistence } = await as.news.must<Inspected>('POST', '/exr/inspect', { object_id: name });
    const file = persistence?.id ?? '';
    await takeOver(flow, imageFlow);
    const paths = [`/exr/files/${file}`, `/exr/files/${file}/similar`];
    for (const path of paths) {
      expect([await statusOf(as.sport, 'GET', path), await statusOf(as.news, 'GET', path)], path).toEqual([404, 200]);
    }
    for (const listing of ['/exr/files', '/exr/sequences']) {
      expect([await as.sport.all(listing), await as.news.all(listing)], listing).toEqual([[], [expect.anything()]]);
    }
    expect(await statusOf(as.sport, 'POST', '/exr/inspect', { object_id: name })).toBe(404);
  });

  it('counts and exports nothing of it', async () => {
    const flow = await as.news.newFlow(NEWS);
    const object = await as.news.fill(flow, 2);
    const before = await as.sport.get<{ objects: number }>('/analytics/storage-usage');
    await takeOver(flow);
    expect(await as.sport.get<{ objects: number }>('/analytics/storage-usage')).toMatchObject({
      objects: before.objects,
    });
    for (const table of ['flows', 'objects', 'segments']) {
      const { text } = await as.sport.send('GET', `/analytics/export?table=${table}&format=csv`);
      expect(text).not.toContain(object);
      expect(text.split('\n')[0]).not.toContain('life');
    }
  });

  it('is not told by the id of an object that it is there, and may use what is visible otherwise', async () => {
    const [flow, open] = [await as.news.newFlow(NEWS), await as.news.newFlow()];
    const object = await as.news.fill(flow, 1);
    expect(await register(as.news, open, object)).toBe('registered');
    await takeOver(flow);
    expect(await as.sport.get(`/objects/${object}`)).toEqual({ id: object, referenced_by_flows: [open] });
    expect(await register(as.sport, flow, object)).toBe('registered');
  });
});

async function newImageFlow(): Promise<string> {
  const exr = { codec: 'image/x-exr', container: 'image/x-exr', ...NEWS };
  const flow = imageFlow({ id: randomUUID(), source_id: randomUUID() }, exr);
  await as.news.must('PUT', `/flows/${flow.id}`, flow);
  return flow.id;
}

describe('a flow that its own people make anew', () => {
  it('is another one: it does not have what the first was given, unless a flow of theirs uses it', async () => {
    const [flow, keeper] = [await as.news.newFlow(NEWS), await as.news.newFlow(NEWS)];
    const [kept, dropped, open] = [
      await as.news.fill(flow, 1),
      await as.news.newObject(flow),
      await as.news.newObject(flow),
    ];
    expect(await register(as.news, keeper, kept)).toBe('registered');
    expect(await register(as.news, flow, dropped)).toBe('registered');
    await as.news.must('DELETE', `/flows/${flow}`);
    await as.news.must('PUT', `/flows/${flow}`, videoFlow({ id: flow, source_id: randomUUID() }, NEWS));
    expect(await register(as.news, flow, kept, 1)).toBe('registered');
    expect(await register(as.news, flow, dropped, 2)).toBe('unknown_object');
    expect(await register(as.news, flow, open, 3)).toBe('unknown_object');
    // Who is not limited may use whatever was used before, and only that.
    expect(await register(as.admin, flow, dropped, 2)).toBe('registered');
    expect(await register(as.admin, flow, open, 3)).toBe('unknown_object');
    expect(await register(as.news, flow, await as.news.newObject(flow), 4)).toBe('registered');
  });
});

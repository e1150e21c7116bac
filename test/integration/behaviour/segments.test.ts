import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, failedOf, firstOf, second, summaryOf, typeOf } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ env: { SEGMENTS_PER_REQUEST_MAX: '50' } });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const external = (objectId: string, timerange: string, more: object = {}) => ({
  object_id: objectId,
  timerange,
  get_urls: [{ url: 'https://elsewhere.example/media', label: 'elsewhere' }],
  ...more,
});

describe('the object of a segment', () => {
  it('is one that was allocated for its flow, one that another flow uses, or an external one', async () => {
    const [flowId, other] = [await api.newFlow(), await api.newFlow()];
    const allocated = await api.newObject(flowId);
    const post = async (to: string, segment: object) => (await api.postSegments(to, segment)).status;
    expect(await post(other, { object_id: allocated, timerange: second(0) })).toBe(400);
    expect(await post(flowId, { object_id: allocated, timerange: second(0) })).toBe(201);
    expect(await post(other, { object_id: allocated, timerange: second(0) })).toBe(201);
    expect(await post(flowId, { object_id: 'never heard of', timerange: second(1) })).toBe(400);
    expect(await post(flowId, external('an external one', second(1)))).toBe(201);
    // Known now, to every flow, with the URLs that it came with.
    expect(await post(other, { object_id: 'an external one', timerange: second(1) })).toBe(201);
    expect((await api.segments(other))[1]?.get_urls).toMatchObject([{ url: 'https://elsewhere.example/media' }]);
    expect(await api.get('/objects/an%20external%20one')).toMatchObject({
      id: 'an external one',
      referenced_by_flows: [flowId, other].toSorted(),
      first_referenced_by_flow: flowId,
    });
  });

  it('cannot be taken from another flow by giving URLs for it', async () => {
    const [owner, thief] = [await api.newFlow(), await api.newFlow()];
    const objectId = await api.newObject(owner);
    const refused = await api.postSegments(thief, external(objectId, second(0)));
    expect([refused.status, typeOf(refused)]).toEqual([400, 'unknown_object']);
  });

  it('that is named like a place in the store leads to no URL and no deletion there', async () => {
    const [owner, thief] = [await api.newFlow(), await api.newFlow()];
    const victim = firstOf(await api.allocate(owner));
    await api.upload(victim, 'secret');
    await api.must('POST', `/flows/${owner}/segments`, { object_id: victim.object_id, timerange: second(0) });
    const { pathname } = new URL(firstOf(firstOf(await api.segments(owner)).get_urls ?? []).url);
    const key = decodeURIComponent(pathname.split('/').slice(3).join('/'));
    for (const objectId of [key, `otherbucket/${key}`, `../${key}`, pathname]) {
      const refused = await api.postSegments(thief, { object_id: objectId, timerange: second(0) });
      expect([refused.status, typeOf(refused)], objectId).toEqual([400, 'unknown_object']);
      const [shown, ...rest] = await (async () => {
        await api.must('POST', `/flows/${thief}/segments`, external(objectId, second(5)));
        const { get_urls: urls = [] } = firstOf(await api.segments(thief));
        await api.must('DELETE', `/flows/${thief}/segments`);
        return urls;
      })();
      expect(rest).toEqual([]);
      expect(shown).toMatchObject({ url: 'https://elsewhere.example/media', presigned: false });
    }
    const content = await fetch(firstOf(firstOf(await api.segments(owner)).get_urls ?? []).url);
    expect(await content.text()).toBe('secret');
  });

  it('may be used many times, each segment with its own part of it', async () => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const segments = [
      { object_id: objectId, timerange: second(0), sample_offset: 0, sample_count: 25 },
      { object_id: objectId, timerange: second(10), ts_offset: '9:0', sample_offset: 25, sample_count: 25 },
      { object_id: objectId, timerange: '[-5:0_-4:0)', ts_offset: '-5:0', last_duration: '0:40000000' },
    ];
    await api.must('POST', `/flows/${flowId}/segments`, segments);
    const [late, ...others] = [...segments].reverse();
    expect(await api.segments(flowId)).toMatchObject([late, ...others.reverse()]);
    expect(await api.segments(flowId, `object_id=${objectId}`)).toHaveLength(3);
  });
});

describe('URLs that come with a segment', () => {
  it.each([
    'ftp://e.example/a',
    '/relative',
    'e.example/a',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://',
    '',
  ])('%j is refused: they are absolute and of http or https', async (url) => {
    const flowId = await api.newFlow();
    const result = await api.postSegments(flowId, { object_id: 'x', timerange: second(0), get_urls: [{ url }] });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining('get_urls')]);
    expect((await api.send('GET', '/objects/x')).status).toBe(404);
  });

  it('are shown as they were given, marked as not controlled', async () => {
    const flowId = await api.newFlow();
    const urls = [
      { url: 'https://e.example/a?b=c&d="e"', label: 'odd "label"' },
      { url: 'http://e.example/ü', label: 'ü' },
    ];
    await api.must('POST', `/flows/${flowId}/segments`, { ...external('odd urls', second(0)), get_urls: urls });
    const shown = firstOf(await api.segments(flowId, 'verbose_storage=true')).get_urls;
    expect(shown).toEqual(urls.map((url) => ({ ...url, presigned: false, controlled: false })));
  });
});

describe('a list of segments', () => {
  it('is answered with those that failed, even when all of them did, and keeps the rest', async () => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const bad = [
      { object_id: objectId, timerange: '_' },
      { object_id: 'unknown to all', timerange: second(1) },
      { object_id: objectId, timerange: second(2), ts_offset: '99999999999:0' },
      { object_id: objectId, timerange: second(3), get_urls: [{ url: 'nowhere', label: 'x' }] },
    ];
    const all = await api.postSegments(flowId, bad);
    expect(all.status).toBe(200);
    expect(failedOf(all).map(({ error }) => error.type)).toEqual([
      'invalid_segment',
      'unknown_object',
      'invalid_timerange',
      'invalid_segment',
    ]);
    expect(failedOf(all)).toMatchObject(bad.map(({ object_id, timerange }) => ({ object_id, timerange })));
    expect(await api.segments(flowId)).toEqual([]);
    const some = await api.postSegments(flowId, [...bad, { object_id: objectId, timerange: second(4) }]);
    expect(failedOf(some)).toHaveLength(4);
    expect(await api.timeranges(flowId)).toEqual([second(4)]);
    for (const segment of bad) expect((await api.postSegments(flowId, segment)).status).toBe(400);
  });

  it('that is empty is a 201 and changes nothing', async () => {
    const flowId = await api.newFlow();
    expect((await api.postSegments(flowId, [])).status).toBe(201);
    expect(await api.get(`/flows/${flowId}`)).not.toHaveProperty('segments_updated');
  });

  it('may be as long as is configured, and no longer', async () => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const list = Array.from({ length: 51 }, (_, n) => ({ object_id: objectId, timerange: second(n) }));
    const refused = await api.postSegments(flowId, list);
    expect([refused.status, summaryOf(refused)]).toEqual([400, expect.stringContaining('50')]);
    expect(await api.segments(flowId)).toEqual([]);
    expect((await api.postSegments(flowId, list.slice(1))).status).toBe(201);
    expect(await api.segments(flowId)).toHaveLength(50);
  });
});

describe('a flow without container', () => {
  it.each([
    ['video', {}],
    ['multi', { format: 'urn:x-nmos:format:multi', codec: undefined, essence_parameters: undefined }],
  ])('of %s takes no storage and no segments, alone or in a list', async (_, more) => {
    const flowId = await api.newFlow({ container: undefined, ...more });
    for (const result of [
      await api.send('POST', `/flows/${flowId}/storage`, { limit: 1 }),
      await api.postSegments(flowId, external('no container', second(0))),
      await api.postSegments(flowId, [external('no container', second(0))]),
    ]) {
      expect([result.status, typeOf(result)]).toEqual([400, 'container_not_set']);
      expect(summaryOf(result)).toContain('container');
    }
  });
});

import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, second } from './support/api.ts';

let dataDir: string;
let server: TestServer;
let api: Api;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-faults-'));
  server = await startTestServer({ dataDir, env: { RECLAIM_GRACE_S: '0' } });
  api = new Api(server.baseUrl);
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

describe('a media store that is down', () => {
  it('makes uploads fail with a reason, holds up nothing else, and is used again when it is back', async () => {
    const flowId = await api.newFlow();
    const [used, late] = await api.allocate(flowId, { limit: 2 });
    if (used === undefined || late === undefined) throw new Error('nothing was allocated');
    await api.upload(used, 'content');
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: used.object_id, timerange: second(0) });
    const away = join(dataDir, 'unplugged');
    await rename(join(dataDir, 'media'), away);

    const { url, 'content-type': type = '' } = late.put_url;
    const failed = await fetch(url, { method: 'PUT', body: 'late', headers: { 'content-type': type } });
    expect([failed.status, await failed.json()]).toMatchObject([503, { type: 'media_store_unavailable' }]);
    expect(await api.timeranges(flowId)).toEqual([second(0)]);
    await api.must('PUT', `/flows/${flowId}/label`, 'still written');
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: late.object_id, timerange: second(1) });
    expect((await api.allocate(flowId)).length).toBe(1);

    await rename(away, join(dataDir, 'media'));
    expect(await api.upload(late, 'late')).toBe(200);
    const urls = (await api.segments(flowId)).map(({ get_urls: all = [] }) => firstOf(all).url);
    const contents = await Promise.all(urls.map(async (one) => (await fetch(one)).text()));
    expect(contents).toEqual(['content', 'late']);
  });
});

describe('segments that come and go while unused objects are reclaimed', () => {
  it('never lose the bytes of an object that they use', async () => {
    const flowId = await api.newFlow();
    // Some rounds of the worker that reclaims.
    const end = performance.now() + 6500;
    await Promise.all(
      Array.from({ length: 6 }, async (_, lane) => {
        const timerange = second(lane);
        let object = firstOf(await api.allocate(flowId));
        await api.upload(object, object.object_id);
        while (performance.now() < end) {
          const posted = await api.postSegments(flowId, { object_id: object.object_id, timerange });
          if (posted.status === 201) {
            const [segment] = await api.segments(flowId, `timerange=${timerange}`);
            const content = await fetch(firstOf(segment?.get_urls ?? []).url);
            expect([content.status, await content.text()]).toEqual([200, object.object_id]);
            await api.must('DELETE', `/flows/${flowId}/segments?timerange=${timerange}`);
          } else {
            // It was reclaimed while nothing used it.
            object = firstOf(await api.allocate(flowId));
            await api.upload(object, object.object_id);
          }
        }
      }),
    );
    expect(await api.segments(flowId)).toEqual([]);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { later } from './support/clock.ts';
import { Api, firstOf, second } from './support/api.ts';

/** Every listing is asked for twice before a change, so that the second answer is one that was kept. */

let dataDir: string;
let servers: TestServer[];
let here: Api;
let there: Api;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-page-cache-'));
  servers = [await startTestServer({ dataDir }), await startTestServer({ dataDir })];
  [here, there] = servers.map(({ baseUrl }) => new Api(baseUrl)) as [Api, Api];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

async function askTwice(flowId: string, query = ''): Promise<string[]> {
  const first = await here.timeranges(flowId, query);
  expect(await here.timeranges(flowId, query)).toEqual(first);
  return first;
}

describe.each([
  ['this server', () => here],
  ['another server on the same data', () => there],
])('a page of segments after a change by %s', (_, changer) => {
  it('shows segments that were added, alone and in a list', async () => {
    const flowId = await here.newFlow();
    const objectId = await here.fill(flowId, 2);
    expect(await askTwice(flowId)).toEqual([second(0), second(1)]);
    expect((await changer().postSegments(flowId, { object_id: objectId, timerange: second(2) })).status).toBe(201);
    expect(await askTwice(flowId)).toEqual([0, 1, 2].map(second));
    const list = [3, 4].map((n) => ({ object_id: objectId, timerange: second(n) }));
    expect((await changer().postSegments(flowId, list)).status).toBe(201);
    expect(await askTwice(flowId)).toEqual([0, 1, 2, 3, 4].map(second));
  });

  it('shows none that were deleted', async () => {
    const flowId = await here.newFlow();
    await here.fill(flowId, 4);
    await askTwice(flowId);
    await changer().must('DELETE', `/flows/${flowId}/segments?timerange=[1:0_2:0)`);
    expect(await askTwice(flowId)).toEqual([0, 2, 3].map(second));
    await changer().must('DELETE', `/flows/${flowId}/segments`);
    expect(await askTwice(flowId)).toEqual([]);
  });

  it('shows a segment that was posted anew as it is now', async () => {
    const flowId = await here.newFlow();
    const objectId = await here.fill(flowId, 1);
    await askTwice(flowId);
    await changer().must('DELETE', `/flows/${flowId}/segments`);
    const corrected = { object_id: objectId, timerange: second(0), ts_offset: '7:0' };
    expect((await changer().postSegments(flowId, corrected)).status).toBe(201);
    expect(firstOf(await here.segments(flowId))).toMatchObject(corrected);
  });

  it('is that of the new flow where a flow was deleted and its id used again', async () => {
    const flowId = await here.newFlow();
    await here.fill(flowId, 1);
    expect(await askTwice(flowId)).toEqual([second(0)]);
    await changer().must('DELETE', `/flows/${flowId}`);
    expect(await askTwice(flowId)).toEqual([]);
    const source = '50000000-0000-4000-8000-000000000001';
    await changer().must('PUT', `/flows/${flowId}`, videoFlow({ id: flowId, source_id: source }));
    await changer().fill(flowId, 1, 100);
    expect(await askTwice(flowId)).toEqual([second(100)]);
  });
});

describe('a page of segments that is kept', () => {
  it('is not mixed up with that of another window, limit, order, filter or flow', async () => {
    const flowId = await here.newFlow();
    const objectId = await here.fill(flowId, 4);
    const other = await here.newFlow();
    await here.fill(other, 1);
    const answers: Record<string, number[]> = {
      '': [0, 1, 2, 3],
      'limit=2': [0, 1],
      'limit=2&reverse_order=true': [3, 2],
      'timerange=[1:0_3:0)': [1, 2],
      'timerange=[1:0_3:0]': [1, 2, 3],
      [`object_id=${objectId}&limit=3`]: [0, 1, 2],
      'object_id=none': [],
    };
    for (let round = 0; round < 2; round++) {
      for (const [query, expected] of Object.entries(answers)) {
        expect(await here.timeranges(flowId, query), query).toEqual(expected.map(second));
      }
      expect(await here.timeranges(other)).toEqual([second(0)]);
      const urls = async (query: string) => firstOf(await here.segments(flowId, query)).get_urls ?? [];
      expect(await urls('accept_get_urls=')).toEqual([]);
      expect(await urls('presigned=false')).toEqual([]);
      expect(await urls('')).toHaveLength(1);
      expect(firstOf(await urls('verbose_storage=true'))).toHaveProperty('controlled', true);
      expect(firstOf(await urls(''))).not.toHaveProperty('controlled');
    }
  });

  it('is not sent with URLs that have run out', async () => {
    const server = await startTestServer({
      dataDir,
      inProcess: 'clock',
      env: { PRESIGN_EXPIRES_S: '30', PRESIGN_GRID_S: '2' },
    });
    servers.push(server);
    const api = new Api(server.baseUrl);
    const flowId = await api.newFlow();
    const object = firstOf(await api.allocate(flowId));
    await api.upload(object, 'content');
    await api.postSegments(flowId, { object_id: object.object_id, timerange: second(0) });
    const url = async () => firstOf(firstOf(await api.segments(flowId)).get_urls ?? []).url;
    const kept = await url();
    later(35);
    expect((await fetch(kept)).status).toBe(403);
    expect((await fetch(await url())).status).toBe(200);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { multiFlow, videoFlow } from '../../support/examples.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { openTestTables } from '../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, type Deletion, second, typeOf, until } from './support/api.ts';

/** Many steps of a deletion request; one step takes some hundred segments. */
const MANY = 6000;

let dataDir: string;
let running: Set<TestServer>;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-deletion-'));
  running = new Set();
});
afterEach(async () => {
  await Promise.all([...running].map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<{ api: Api; stop: () => Promise<void> }> {
  const server = await startTestServer({ dataDir, env: { DELETE_SYNC_MAX: '10', ...env } });
  running.add(server);
  const stop = async () => {
    running.delete(server);
    await server.close();
  };
  return { api: new Api(server.baseUrl), stop };
}

/** Begins a deletion that must go on after its answer. */
async function beginDeletion(api: Api, path: string): Promise<Deletion> {
  const result = await api.send('DELETE', path);
  expect(result.status).toBe(202);
  const request = result.json as Deletion;
  expect(result.headers.get('location')).toBe(`${api.baseUrl}/flow-delete-requests/${request.id}`);
  expect(request.status).toBe('created');
  return request;
}

describe('a deletion of few segments', () => {
  it('is done before the answer, up to the threshold and not above', async () => {
    const { api } = await start();
    const flowId = await api.newFlow();
    await api.fill(flowId, 21);
    expect((await api.send('DELETE', `/flows/${flowId}/segments?timerange=[0:0_10:0)`)).status).toBe(204);
    expect(await api.segments(flowId)).toHaveLength(11);
    expect(await api.get('/flow-delete-requests')).toEqual([]);
    const { id } = await beginDeletion(api, `/flows/${flowId}/segments`);
    await api.deletionDone(id);
    expect(await api.segments(flowId)).toEqual([]);
  });

  it('of what the timerange covers in part or not at all deletes nothing', async () => {
    const { api } = await start();
    const flowId = await api.newFlow();
    await api.fill(flowId, 3);
    for (const timerange of ['[0:1_1:0)', '[0:0_0:999999998]', '[0:5]', '()', '[50:0_', '_-1:0']) {
      expect((await api.send('DELETE', `/flows/${flowId}/segments?timerange=${timerange}`)).status).toBe(204);
    }
    expect(await api.segments(flowId)).toHaveLength(3);
  });
});

describe('a deletion of many segments', () => {
  it('deletes what it was asked for and nothing else, and tells how far it is', async () => {
    const { api } = await start();
    const flowId = await api.newFlow();
    await api.fill(flowId, MANY);
    const neighbour = await api.newFlow();
    await api.fill(neighbour, 5);
    const { id, ...begun } = await beginDeletion(api, `/flows/${flowId}/segments?timerange=[10:1_${MANY - 10}:0)`);
    expect(begun).toMatchObject({ delete_flow: false, timerange_to_delete: `[10:1_${MANY - 10}:0)` });

    let before = TimeRange.parse(begun.timerange_remaining);
    const seen = new Set<string>();
    const done = await until(async () => {
      const request = await api.deletion(id);
      const remaining = TimeRange.parse(request.timerange_remaining);
      expect(before.contains(remaining), `${before.toString()} then ${remaining.toString()}`).toBe(true);
      before = remaining;
      seen.add(request.timerange_remaining);
      return request.status === 'done' ? request : undefined;
    });
    expect(seen.size).toBeGreaterThan(1);
    expect(done).toMatchObject({ timerange_to_delete: begun.timerange_to_delete, timerange_remaining: '()' });
    expect(Date.parse(done.expiry ?? '')).toBeGreaterThan(Date.now());
    const left = [...Array.from({ length: 11 }, (_, n) => n), ...Array.from({ length: 10 }, (_, n) => MANY - 10 + n)];
    expect(await api.timeranges(flowId)).toEqual(left.map(second));
    expect(await api.segments(neighbour)).toHaveLength(5);
    const { timerange } = await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true`);
    expect(timerange).toBe(`[0:0_${MANY}:0)`);
  });

  it('of one object leaves the others', async () => {
    const { api } = await start();
    const flowId = await api.newFlow();
    const first = await api.fill(flowId, 1000);
    const other = await api.fill(flowId, 1000, 1000);
    const { id } = await beginDeletion(api, `/flows/${flowId}/segments?object_id=${first}`);
    // Segments of the other object may come into the range meanwhile.
    const gap = { object_id: other, timerange: '[-5:0_-4:0)' };
    expect((await api.postSegments(flowId, gap)).status).toBe(201);
    await api.deletionDone(id);
    const left = await api.all<{ object_id: string }>(`/flows/${flowId}/segments?limit=1000`);
    expect(left).toHaveLength(1001);
    expect(new Set(left.map(({ object_id }) => object_id))).toEqual(new Set([other]));
  });

  it('takes no new segments where it is not done yet, and keeps those posted elsewhere', async () => {
    const { api } = await start();
    const flowId = await api.newFlow();
    const objectId = await api.fill(flowId, MANY);
    await api.fill(flowId, 1, MANY + 1);
    const { id } = await beginDeletion(api, `/flows/${flowId}/segments`);
    const gap = { object_id: objectId, timerange: second(MANY) };
    const refused = await api.postSegments(flowId, gap);
    expect([refused.status, typeOf(refused)]).toEqual([400, 'range_being_deleted']);
    const behind = { object_id: objectId, timerange: second(MANY + 5) };
    expect((await api.postSegments(flowId, behind)).status).toBe(201);
    // Where it has passed, there is room again.
    await until(async () => {
      const { timerange_remaining: remaining } = await api.deletion(id);
      return TimeRange.parse(remaining).overlaps(TimeRange.parse(second(0))) ? undefined : true;
    });
    const passed = { object_id: objectId, timerange: second(0) };
    expect((await api.postSegments(flowId, passed)).status).toBe(201);
    await api.deletionDone(id);
    expect(await api.timeranges(flowId)).toEqual([second(0), second(MANY + 5)]);
    expect((await api.postSegments(flowId, gap)).status).toBe(201);
  });

  it('goes on after a restart in the middle, from where it was', async () => {
    const first = await start();
    const flowId = await first.api.newFlow();
    await first.api.fill(flowId, MANY);
    const { id, created } = (await beginDeletion(
      first.api,
      `/flows/${flowId}/segments?timerange=[0:0_${MANY - 1}:0)`,
    )) as Deletion & { created: string };
    await until(async () => {
      const { status, timerange_remaining: remaining } = await first.api.deletion(id);
      return status === 'created' || TimeRange.parse(remaining).contains(TimeRange.parse(second(0))) ? undefined : true;
    });
    await first.stop();
    // The next server goes on with it before it can be asked.
    const tables = await openTestTables(dataDir, VAST_STORE_TABLES);
    const left = await tables.count('segments').finally(() => tables.close());
    expect(left, 'the stop was not in the middle').toBeGreaterThan(1);
    expect(left).toBeLessThan(MANY);

    const { api } = await start();
    expect(await api.deletion(id)).toMatchObject({ id, created });
    await api.deletionDone(id);
    expect(await api.timeranges(flowId)).toEqual([second(MANY - 1)]);
  });

  it('that two servers resume at once protects its range until it is done', async () => {
    const first = await start();
    const flowId = await first.api.newFlow();
    const objectId = await first.api.fill(flowId, 3000);
    await first.api.fill(flowId, 3000, 10_000);
    await first.api.fill(flowId, 1, 20_000);
    const requests = [
      await beginDeletion(first.api, `/flows/${flowId}/segments?timerange=[0:0_3000:0)`),
      await beginDeletion(first.api, `/flows/${flowId}/segments?timerange=[10000:0_`),
    ];
    await first.stop();

    const [{ api }] = await Promise.all([start(), start()]);
    const gap = { object_id: objectId, timerange: second(15_000) };
    await until(async () => ((await api.postSegments(flowId, gap)).status === 201 ? true : undefined));
    for (const { id } of requests) await api.deletionDone(id);
    expect(await api.timeranges(flowId)).toEqual([second(15_000)]);
  });

  it('is shown for some time after it is done, and then no more', async () => {
    const { api } = await start({ DELETE_REQUEST_EXPIRY_S: '2' });
    const flowId = await api.newFlow();
    await api.fill(flowId, 11);
    const { id } = await beginDeletion(api, `/flows/${flowId}/segments`);
    const done = await api.deletionDone(id);
    expect(await api.get('/flow-delete-requests')).toEqual([done]);
    await until(async () => ((await api.send('GET', `/flow-delete-requests/${id}`)).status === 404 ? true : undefined));
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(done.expiry ?? ''));
    expect(await api.get('/flow-delete-requests')).toEqual([]);
  });
});

describe('a flow that takes long to delete', () => {
  it('is gone for everybody at once, and its id can be used again when it is done', async () => {
    const { api } = await start();
    const sourceId = randomUUID();
    const flowId = await api.newFlow({ source_id: sourceId, tags: { a: 'b' } });
    const objectId = await api.fill(flowId, MANY);
    const collector = multiFlow({ id: randomUUID(), source_id: randomUUID() });
    await api.must('PUT', `/flows/${collector.id}`, { ...collector, flow_collection: [{ id: flowId, role: 'video' }] });
    const { id, ...begun } = await beginDeletion(api, `/flows/${flowId}`);
    expect(begun).toMatchObject({ flow_id: flowId, delete_flow: true, timerange_to_delete: `[0:0_${MANY}:0)` });

    const status = async (method: string, path: string, json?: unknown) => (await api.send(method, path, json)).status;
    expect(await status('GET', `/flows/${flowId}`)).toBe(404);
    expect(await status('HEAD', `/flows/${flowId}`)).toBe(404);
    expect(await status('GET', `/flows/${flowId}/tags`)).toBe(404);
    expect(await status('PUT', `/flows/${flowId}/label`, 'x')).toBe(404);
    expect(await status('DELETE', `/flows/${flowId}`)).toBe(404);
    expect(await status('DELETE', `/flows/${flowId}/segments`)).toBe(404);
    expect(await status('POST', `/flows/${flowId}/storage`)).toBe(404);
    expect(await status('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange: '[-1:0_0:0)' })).toBe(
      404,
    );
    expect(await status('GET', `/sources/${sourceId}`)).toBe(404);
    expect(await api.segments(flowId)).toEqual([]);
    expect(await api.get(`/flows?source_id=${sourceId}`)).toEqual([]);
    expect(await api.get('/flows?tag.a=b')).toEqual([]);
    expect(await api.get(`/flows?timerange=[0:0_1:0)`)).toEqual([]);
    expect(await api.get(`/flows/${collector.id}/flow_collection`)).toEqual([]);
    expect(await api.get(`/objects/${objectId}`)).toMatchObject({ referenced_by_flows: [] });
    const again = videoFlow({ id: flowId, source_id: sourceId });
    const tooEarly = await api.send('PUT', `/flows/${flowId}`, again);
    expect([tooEarly.status, typeOf(tooEarly)]).toEqual([400, 'flow_being_deleted']);
    expect((await api.deletion(id)).status, 'the flow was too small for this test').not.toBe('done');

    await api.deletionDone(id);
    expect(await status('PUT', `/flows/${flowId}`, again)).toBe(201);
    expect(await api.segments(flowId)).toEqual([]);
    const { timerange } = await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true`);
    expect(timerange).toBe('()');
  });

  it('is deleted to its end after a restart', async () => {
    const first = await start();
    const flowId = await first.api.newFlow();
    await first.api.fill(flowId, MANY);
    const { id } = await beginDeletion(first.api, `/flows/${flowId}`);
    await first.stop();
    const { api } = await start();
    expect((await api.send('GET', `/flows/${flowId}`)).status).toBe(404);
    await api.deletionDone(id);
    expect(await api.send('PUT', `/flows/${flowId}`, videoFlow({ id: flowId, source_id: randomUUID() }))).toMatchObject(
      {
        status: 201,
      },
    );
    expect(await api.segments(flowId)).toEqual([]);
  });

  it('takes older deletions of its segments with it, which then leave a new flow of its id alone', async () => {
    const first = await start();
    // Its worker looked before there was anything to delete.
    const other = await start({ DELETE_SYNC_MAX: '1000000' });
    const flowId = await first.api.newFlow();
    await first.api.fill(flowId, MANY);
    const { id } = await beginDeletion(first.api, `/flows/${flowId}/segments`);
    await first.stop();
    expect((await other.api.send('DELETE', `/flows/${flowId}`)).status).toBe(204);
    expect((await other.api.deletion(id)).status).toBe('done');
    await other.api.must('PUT', `/flows/${flowId}`, videoFlow({ id: flowId, source_id: randomUUID() }));
    await other.api.fill(flowId, 600, MANY - 600);
    const { api } = await start();
    await api.deletionDone(id);
    expect(await api.all(`/flows/${flowId}/segments?limit=1000`)).toHaveLength(600);
  });
});

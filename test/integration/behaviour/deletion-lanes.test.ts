import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { multiFlow } from '../../support/examples.ts';
import { TEST_TABLE_ENGINE } from '../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second, until } from './support/api.ts';

/** More than are deleted among other requests. */
const SOME = 101;

/** The embedded engine alone has a thread for what takes long. */
const THREADS_OF_BACKGROUND = TEST_TABLE_ENGINE === 'sqlite' ? 1 : 0;

let server: TestServer | undefined;
/** How many threads were started since the test began: what the background of the tables costs an idle server. */
let threads = 0;
const count = (): void => {
  threads++;
};
beforeEach(() => {
  threads = 0;
  process.on('worker', count);
});
afterEach(async () => {
  await server?.close();
  process.off('worker', count);
});

async function start(env: Record<string, string> = {}): Promise<Api> {
  server = await startTestServer({ inProcess: 'counts', env });
  return new Api(server.baseUrl);
}

describe('a server that deletes little', () => {
  it('does without threads, idle rounds of its workers included', async () => {
    const api = await start();
    const flowId = await api.newFlow();
    await api.fill(flowId, SOME);
    await api.must('DELETE', `/flows/${flowId}/segments?timerange=[0:0_1:0)`);
    await api.must('DELETE', `/flows/${flowId}`);
    await server?.lookForDue();
    expect(threads).toBe(0);
  });
});

describe('a deletion of some segments', () => {
  it('is done before the answer, in a thread that stays', async () => {
    const api = await start();
    const flowId = await api.newFlow();
    for (const from of [0, 1000]) {
      await api.fill(flowId, SOME + 1, from);
      const range = `[${from}:0_${from + SOME}:0)`;
      expect((await api.send('DELETE', `/flows/${flowId}/segments?timerange=${range}`)).status).toBe(204);
      expect(threads).toBe(THREADS_OF_BACKGROUND);
    }
    expect(await api.timeranges(flowId)).toEqual([second(SOME), second(1000 + SOME)]);
    const { timerange } = await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true`);
    expect(timerange).toBe(`[${SOME}:0_${1000 + SOME + 1}:0)`);
    expect(await api.get('/flow-delete-requests')).toEqual([]);
  });

  it('with their flow leaves nothing of the flow, and changes what collected it once', async () => {
    const api = await start({ RECLAIM_GRACE_S: '0' });
    const sourceId = randomUUID();
    const flowId = await api.newFlow({ source_id: sourceId });
    const member = await api.newFlow();
    const objectId = await api.fill(flowId, SOME);
    const collector = multiFlow({ id: randomUUID(), source_id: randomUUID() });
    const roles = [flowId, member].map((id) => ({ id, role: 'video' }));
    await api.must('PUT', `/flows/${collector.id}`, { ...collector, flow_collection: roles });
    expect((await api.send('DELETE', `/flows/${flowId}`)).status).toBe(204);
    expect(threads).toBe(THREADS_OF_BACKGROUND);
    expect((await api.send('GET', `/flows/${flowId}`)).status).toBe(404);
    expect((await api.send('GET', `/sources/${sourceId}`)).status).toBe(404);
    expect(await api.get(`/flows/${collector.id}/flow_collection`)).toEqual([{ id: member, role: 'video' }]);
    await until(async () => ((await api.send('GET', `/objects/${objectId}`)).status === 404 ? true : undefined));
  });
});

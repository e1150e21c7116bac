import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { tableEngineEnv } from '../../support/table-engine.ts';
import { jsonLines, runMgmt } from '../mgmt/support/run-mgmt.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const NOW_S = Math.floor(Date.now() / 1000);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'lookForDue', env: { RETENTION: 'true', DELETE_SYNC_MAX: '2' } });
});
afterAll(() => server.close());

const must = async (method: string, path: string, json?: unknown) => {
  const answer = await call(server.baseUrl, method, path, json === undefined ? {} : { json });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.json;
};

/** A flow with segments of one second that ended so many seconds ago. */
async function flowWith(number: number, tags: Record<string, string>, ages: readonly number[]): Promise<string> {
  const id = testId('flow', number);
  await must('PUT', `/flows/${id}`, videoFlow({ id, source_id: testId('source', number) }, { tags }));
  const segments = ages.map((age) => ({
    object_id: `${id}-${age}`,
    timerange: `[${NOW_S - age - 1}:0_${NOW_S - age}:0)`,
    get_urls: [{ url: `https://elsewhere.example/${age}`, label: 'elsewhere' }],
  }));
  if (segments.length > 0) await must('POST', `/flows/${id}/segments`, segments);
  return id;
}

const agesOf = async (id: string): Promise<number[]> =>
  ((await must('GET', `/flows/${id}/segments`)) as { object_id: string }[])
    .map(({ object_id }) => Number(object_id.slice(id.length + 1)))
    .sort((a, b) => a - b);

const statusOf = async (id: string): Promise<number> => (await call(server.baseUrl, 'GET', `/flows/${id}`)).status;

describe('segment_retention_offset', () => {
  it('deletes segments when their ends are older, and no others', async () => {
    const id = await flowWith(1, { segment_retention_offset: '3600:0' }, [10, 3000, 4000, 5000]);
    const untouched = await flowWith(2, {}, [5000]);
    await server.lookForDue();
    expect(await agesOf(id)).toEqual([10, 3000]);
    expect(await agesOf(untouched)).toEqual([5000]);
  });

  it('deletes more than one request takes, in steps', async () => {
    const id = await flowWith(3, { segment_retention_offset: '100:0' }, [5, 1000, 2000, 3000, 4000, 5000]);
    await server.lookForDue();
    await expect.poll(() => agesOf(id)).toEqual([5]);
  });

  it.each(['soon', '-5:0', ''])('that is %j deletes nothing', async (offset) => {
    const id = await flowWith(4, { segment_retention_offset: offset }, []);
    await server.lookForDue();
    expect(await statusOf(id)).toBe(200);
  });

  it('leaves read-only flows alone', async () => {
    const id = await flowWith(5, { segment_retention_offset: '0:0', flow_retention_offset: '0:0' }, [50]);
    await must('PUT', `/flows/${id}/read_only`, true);
    await server.lookForDue();
    expect(await agesOf(id)).toEqual([50]);
  });
});

describe('flow_retention_offset', () => {
  it('deletes flows whose last update is older, with their source', async () => {
    const old = await flowWith(6, { flow_retention_offset: '0:0' }, [10]);
    const fresh = await flowWith(7, { flow_retention_offset: '3600:0' }, [10]);
    await server.lookForDue();
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([404, 200]);
    expect((await call(server.baseUrl, 'GET', `/sources/${testId('source', 6)}`)).status).toBe(404);
  });
});

describe('mgmt retention', () => {
  it('shows what would go, and why nothing does, and deletes nothing', async () => {
    const id = await flowWith(8, { segment_retention_offset: '3600:0' }, [10, 4000]);
    const wrong = await flowWith(9, { flow_retention_offset: 'soon' }, []);
    const shown = await runMgmt(['retention', '--json'], {
      DATA_DIR: server.dataDir,
      ...(await tableEngineEnv(server.dataDir)),
    });
    expect(shown.code).toBe(1);
    const lines = jsonLines(shown.out);
    expect(lines.find(({ flow }) => flow === id)).toMatchObject({
      deletes: expect.stringMatching(/^segments within _\d+:\d+\)$/) as string,
    });
    expect(lines.find(({ flow }) => flow === wrong)).toMatchObject({
      problem: expect.stringContaining('flow_retention_offset') as string,
    });
    expect(await agesOf(id)).toEqual([10, 4000]);
  });
});

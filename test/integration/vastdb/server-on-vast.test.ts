import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Api, second } from '../behaviour/support/api.ts';
import { SCHEMA } from '../../support/vastdb/emulated-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';

let emulator: VastEmulator;
const servers: TestServer[] = [];
const lines: string[] = [];

/** One more replica. */
async function start(): Promise<Api> {
  const server = await startTestServer({
    env: {
      TABLE_ENGINE: 'vast',
      VAST_ENDPOINTS: emulator.endpoints.join(','),
      VAST_ACCESS_KEY: emulator.accessKey,
      VAST_SECRET_KEY: emulator.secretKey,
      VAST_BUCKET: emulator.bucket,
      VAST_SCHEMA: SCHEMA,
      SECRET_KEY: 'a secret that the replicas share',
      LOG_LEVEL: 'trace',
    },
    log: (line) => lines.push(line),
  });
  servers.push(server);
  return new Api(server.baseUrl);
}

beforeEach(async () => {
  emulator = await startVastEmulator({ schema: SCHEMA, endpoints: 2, secretKey: 'never-to-be-seen-0123456789' });
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await emulator.close();
});

describe('the server on a cluster', () => {
  it('keeps in the cluster what it was given, for every replica', async () => {
    const [first, other] = [await start(), await start()];
    const flowId = await first.newFlow();
    const [object] = await first.allocate(flowId);
    await first.must('POST', `/flows/${flowId}/segments`, { object_id: object?.object_id, timerange: second(0) });
    expect(await other.timeranges(flowId)).toEqual([second(0)]);
    expect(emulator.requests.count('rows.insert')).toBeGreaterThan(0);
    expect(lines.join('')).toContain('every replica has to see the same folder');
  });

  it('answers 503 with Retry-After while the cluster is gone, and serves again when it is back', async () => {
    const api = await start();
    const flowId = await api.newFlow();
    await Promise.all([emulator.faults.kill(0), emulator.faults.kill(1)]);
    const get = (): Promise<Response> => fetch(`${servers[0]?.baseUrl ?? ''}/flows/${flowId}`);
    await get();
    const response = await get();
    expect([response.status, await response.json()]).toMatchObject([503, { type: 'tables_unavailable' }]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    await Promise.all([emulator.faults.revive(0), emulator.faults.revive(1)]);
    await expect.poll(async () => (await get()).status).toBe(200);
    expect(lines.join('')).not.toContain(emulator.secretKey);
    expect(lines.join('')).not.toMatch(/AWS4-HMAC|Signature=/);
  });
});

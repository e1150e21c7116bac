import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { vastEnv } from '../../support/vastdb/vast-env.ts';
import { readMetrics } from '../operation/support/metrics-text.ts';

let emulator: VastEmulator;
let server: TestServer;

beforeEach(async () => {
  emulator = await startVastEmulator({ schema: 'tams', endpoints: 2 });
  server = await startTestServer({
    inProcess: 'one process',
    env: { ...vastEnv(emulator, 'tams'), LOG_LEVEL: 'silent' },
  });
});
afterEach(async () => {
  await server.close();
  await emulator.close();
});

const endpoints = (): [string, string] => [emulator.endpoints[0] ?? '', emulator.endpoints[1] ?? ''];
const read = () => readMetrics(server.baseUrl);

async function untilDown(endpoint: string): Promise<void> {
  const isUp = async (): Promise<number> => {
    await call(server.baseUrl, 'GET', '/flows');
    return (await read()).value('tams_cluster_endpoint_up', { endpoint });
  };
  await expect.poll(isUp).toBe(0);
}

describe('each endpoint of a cluster', () => {
  it('has its requests and latencies in the metrics, and its state', async () => {
    for (let count = 0; count < 6; count++) await call(server.baseUrl, 'GET', '/flows');
    const metrics = await read();
    for (const endpoint of endpoints()) {
      expect(metrics.value('tams_cluster_endpoint_up', { endpoint })).toBe(1);
      expect(metrics.value('tams_cluster_endpoint_requests_total', { endpoint })).toBeGreaterThan(3);
      expect(metrics.value('tams_cluster_endpoint_errors_total', { endpoint })).toBe(0);
      expect(metrics.value('tams_cluster_endpoint_duration_seconds_count', { endpoint })).toBeGreaterThan(3);
    }
  });

  it('is told apart from the others while it is down, and is up again afterwards', async () => {
    const [dead, alive] = endpoints();
    await emulator.faults.kill(0);
    await untilDown(dead);
    const metrics = await read();
    expect(metrics.value('tams_cluster_endpoint_errors_total', { endpoint: dead })).toBeGreaterThan(2);
    expect(metrics.value('tams_cluster_endpoint_up', { endpoint: alive })).toBe(1);
    expect(metrics.value('tams_cluster_endpoint_errors_total', { endpoint: alive })).toBe(0);
    expect(metrics.value('tams_ready', { check: 'engine' })).toBe(1);

    const health = await call(server.baseUrl, 'GET', '/health');
    expect(health.json).toMatchObject({
      status: 'ok',
      endpoints: [
        { url: dead, state: 'down' },
        { url: alive, state: 'healthy', errors: 0 },
      ],
    });

    await emulator.faults.revive(0);
    const isUp = async (): Promise<number> => {
      await call(server.baseUrl, 'GET', '/flows');
      return (await read()).value('tams_cluster_endpoint_up', { endpoint: dead });
    };
    await expect.poll(isUp).toBe(1);
  });

  it('has as many series however many requests there are', async () => {
    const series = async (): Promise<number> =>
      [...(await read()).families.values()]
        .filter(({ name }) => name.startsWith('tams_cluster_'))
        .flatMap(({ samples }) => samples).length;
    const before = await series();
    for (let count = 0; count < 20; count++) await call(server.baseUrl, 'GET', `/flows?label=${count}`);
    expect(before).toBeGreaterThan(0);
    expect(await series()).toBe(before);
  });
});

import { expect, it, onTestFinished } from 'vitest';
import { startTestServer, WORKERS } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';
import { readMetrics } from './support/metrics-text.ts';
import { RawClient } from './support/raw-client.ts';

const MIB = 2 ** 20;
const BODY_BYTES = 900_000;
const STALLING = 4;

async function start(env: Record<string, string> = {}): Promise<Api> {
  const server = await startTestServer({ env: { LOG_LEVEL: 'silent', BODY_MEMORY_MIB: String(WORKERS), ...env } });
  onTestFinished(() => server.close());
  return new Api(server.baseUrl);
}

const heldBytes = async ({ baseUrl }: Api): Promise<number> =>
  (await readMetrics(baseUrl)).value('tams_http_body_bytes');
const cutOff = async ({ baseUrl }: Api): Promise<number> =>
  (await readMetrics(baseUrl)).value('tams_http_connections_cut_off_total', { reason: 'stalled_body' });

/** Begins to send a body, and stands still before its end. */
async function stall({ baseUrl }: Api, flowId: string): Promise<RawClient> {
  const client = await RawClient.open(baseUrl);
  onTestFinished(() => client.close());
  const head = `POST /flows/${flowId}/segments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  client.send(`${head}content-length: ${BODY_BYTES}\r\n\r\n[${' '.repeat(BODY_BYTES - 1000)}`);
  return client;
}

it('bodies that stall take no more than the memory for bodies, and are cut off while others wait', async () => {
  const api = await start();
  const flowId = await api.newFlow();
  const clients: RawClient[] = [];
  for (let n = 0; n < STALLING; n++) clients.push(await stall(api, flowId));
  await expect.poll(() => heldBytes(api)).toBeGreaterThan(BODY_BYTES / 2);
  // Small bodies never wait.
  await api.must('PUT', `/flows/${flowId}/label`, 'small');
  const others = async (): Promise<void> => {
    const padding = ' '.repeat(BODY_BYTES);
    const headers = { 'content-type': 'application/json' };
    const url = `${api.baseUrl}/flows/${flowId}/segments`;
    const { status } = await fetch(url, { method: 'POST', headers, body: `[${padding}]` });
    expect(status).toBe(201);
  };
  let [most, isDone] = [0, false];
  const watch = async (): Promise<void> => {
    while (!isDone) most = Math.max(most, await heldBytes(api));
  };
  // It waits for its turn, behind those that are cut off.
  await Promise.all([others().finally(() => (isDone = true)), watch()]);
  expect(most).toBeLessThanOrEqual(WORKERS * (MIB + BODY_BYTES));
  expect(await cutOff(api)).toBeGreaterThan(0);
  for (const client of clients) client.close();
  await expect.poll(() => heldBytes(api)).toBe(0);
});

it('answers that nobody takes make pages smaller, and are cut off while others wait', async () => {
  const api = await start({ PAGE_MAX_BYTES: `${MIB}` });
  for (let n = 0; n < 12; n++) await api.newFlow({ description: 'x'.repeat(100_000) });
  const clients: RawClient[] = [];
  for (let n = 0; n < 6; n++) {
    const client = await RawClient.open(api.baseUrl);
    onTestFinished(() => client.close());
    client.pause();
    client.send(`GET /flows?limit=1000 HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(100));
    clients.push(client);
  }
  await expect.poll(() => heldBytes(api)).toBeGreaterThan(MIB / 2);
  // A page has one item at least.
  const page = await api.send('GET', '/flows?limit=1000');
  expect((page.json as object[]).length).toBeLessThan(5);
  expect(page.headers.get('link')).toContain('rel="next"');
  await expect.poll(() => cutOff(api)).toBeGreaterThan(0);
  for (const client of clients) client.close();
  await expect.poll(() => heldBytes(api)).toBe(0);
  expect(await api.all('/flows?limit=1000')).toHaveLength(12);
});

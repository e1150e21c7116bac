import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { readMetrics } from '../operation/support/metrics-text.ts';
import { Api, firstOf, until } from './support/api.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';

let dataDir: string;
let server: TestServer;
let api: Api;
let receivers: WebhookReceiver[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-delivery-'));
  receivers = [];
  await start();
});
afterEach(async () => {
  await server.close();
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await dropTables(dataDir);
  await rm(dataDir, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<void> {
  server = await startTestServer({ dataDir, env: { ...REACH_RECEIVERS, ...env } });
  api = new Api(server.baseUrl);
}

async function restart(env: Record<string, string> = {}): Promise<void> {
  await server.close();
  await start(env);
}

async function newReceiver(): Promise<WebhookReceiver> {
  const receiver = await WebhookReceiver.start();
  receivers.push(receiver);
  return receiver;
}

const register = (receiver: WebhookReceiver, webhook: object = {}) =>
  api.must('POST', '/service/webhooks', { url: receiver.url, events: ['flows/created', 'flows/updated'], ...webhook });

const relabel = (flowId: string, label: string) => api.must('PUT', `/flows/${flowId}/label`, label);

const labels = (receiver: WebhookReceiver, flowId: string): (string | undefined)[] =>
  receiver.taken
    .map(({ body }) => body.event.flow as { id: string; label?: string })
    .filter(({ id }) => id === flowId)
    .map(({ label }) => label);

const shown = async () =>
  firstOf(await api.get<{ status?: string; error?: { summary: string } }[]>('/service/webhooks'));

const numbers = (count: number, prefix = ''): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('events of one flow', () => {
  it('come in the order of its changes, also when a receiver is slow and refuses some', async () => {
    const receiver = await newReceiver();
    await register(receiver);
    let count = 0;
    receiver.answer = async () => {
      await sleep(Math.random() * 10);
      count += 1;
      return count % 7 === 3 && count < 10 ? 503 : 204;
    };
    const flows = await Promise.all([api.newFlow(), api.newFlow(), api.newFlow()]);
    await Promise.all(
      flows.map(async (flow) => {
        for (const label of numbers(20, `${flow} `)) await relabel(flow, label);
      }),
    );
    await receiver.events(63);
    for (const flow of flows) expect(labels(receiver, flow).slice(1)).toEqual(numbers(20, `${flow} `));
  });

  it('have ids of their own, the same for each attempt', async () => {
    const receiver = await newReceiver();
    receiver.answer = () => (receiver.arrived.length < 3 ? 500 : 204);
    await register(receiver);
    const flow = await api.newFlow();
    await relabel(flow, 'second');
    await receiver.events(2);
    const ids = receiver.arrived.map(({ body }) => body.event_id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
  });

  it('are held up by one that the receiver refuses, and those of others are not', async () => {
    const receiver = await newReceiver();
    await register(receiver, { events: ['flows/updated'] });
    const [poison, healthy] = [await api.newFlow(), await api.newFlow()];
    receiver.answer = ({ body }) => ((body.event.flow as { label: string }).label === 'poison' ? 422 : 204);
    await relabel(poison, 'poison');
    await relabel(poison, 'after the poison');
    for (const label of numbers(30)) await relabel(healthy, label);
    await receiver.events(30);
    expect(labels(receiver, healthy)).toEqual(numbers(30));
    expect(labels(receiver, poison)).toEqual([]);
    // What is done beyond the event that blocks is remembered over a restart.
    receiver.answer = () => 204;
    await restart();
    await receiver.events(32);
    expect(labels(receiver, poison)).toEqual(['poison', 'after the poison']);
  });
});

describe('a receiver', () => {
  it('gets what happened while it was away, and while the server was', async () => {
    const receiver = await newReceiver();
    receiver.answer = () => 503;
    await register(receiver);
    const flow = await api.newFlow();
    await relabel(flow, 'while it was away');
    await until(() => Promise.resolve(receiver.arrived.length > 0 ? true : undefined));
    await server.close();
    receiver.answer = () => 200;
    await start();
    await receiver.events(2);
    expect(labels(receiver, flow)).toEqual([undefined, 'while it was away']);
    receiver.clear();
    await restart();
    await relabel(flow, 'after the restart');
    await receiver.events(1);
  });

  it('is shown as failing after the time for retries, and works again by the next success', async () => {
    await restart({ WEBHOOK_RETRY_MAX_S: '2' });
    const receiver = await newReceiver();
    receiver.answer = () => 410;
    await register(receiver);
    const flow = await api.newFlow();
    const { error } = await until(async () => {
      const webhook = await shown();
      return webhook.status === 'error' ? webhook : undefined;
    });
    expect(error).toMatchObject({ type: 'webhook_failing', time: expect.any(String) as string });
    expect(error?.summary).toMatch(/^nothing could be delivered since .*: it answered with status 410$/);
    await restart({ WEBHOOK_RETRY_MAX_S: '2' });
    expect((await shown()).status).toBe('error');
    receiver.answer = () => 200;
    await relabel(flow, 'alive');
    await until(async () => ((await shown()).status === undefined ? true : undefined));
    expect(labels(receiver, flow)).toContain('alive');
  });

  it('that fails is tried again when it is posted again', async () => {
    await restart({ WEBHOOK_RETRY_MAX_S: '2' });
    const receiver = await newReceiver();
    receiver.answer = () => 500;
    await register(receiver);
    const flow = await api.newFlow();
    const listed = await until(async () => {
      const webhook = await shown();
      return webhook.status === 'error' ? webhook : undefined;
    });
    receiver.answer = () => 200;
    await relabel(flow, 'next');
    await api.must('POST', '/service/webhooks', listed);
    expect(await shown()).not.toHaveProperty('status');
    await until(() => Promise.resolve(labels(receiver, flow).includes('next') ? true : undefined));
  });

  it('that is posted again is told what it asks for by then, with what waited', async () => {
    const receiver = await newReceiver();
    await register(receiver, { api_key_name: 'x-key', api_key_value: 'secret' });
    const flow = await api.newFlow();
    await receiver.events(1);
    await register(receiver, { api_key_name: 'x-key', api_key_value: 'secret', events: ['flows/deleted'] });
    await relabel(flow, 'not asked for');
    await api.must('DELETE', `/flows/${flow}`);
    await receiver.events(2);
    expect(receiver.types()).toEqual(['flows/created', 'flows/deleted']);
    expect(await api.get('/service/webhooks')).toHaveLength(1);
  });

  it('that is removed gets nothing any more, not even what waited', async () => {
    const receiver = await newReceiver();
    receiver.answer = () => 503;
    await register(receiver);
    const flow = await api.newFlow();
    await until(() => Promise.resolve(receiver.arrived.length > 0 ? true : undefined));
    expect((await api.send('POST', '/service/webhooks', { url: receiver.url, events: [] })).status).toBe(204);
    receiver.answer = () => 204;
    await relabel(flow, 'unheard');
    await sleep(2500);
    expect(receiver.taken).toEqual([]);
  });

  it('is not told what happened before it was registered', async () => {
    const [early, late] = [await newReceiver(), await newReceiver()];
    early.answer = () => 503;
    await register(early);
    const flow = await api.newFlow();
    await register(late);
    await relabel(flow, 'known to both');
    await late.events(1);
    expect(labels(late, flow)).toEqual(['known to both']);
  });

  it('gets its key in its header, and nobody else does', async () => {
    const key = `Bearer ${randomUUID()}`;
    const [receiver, other] = [await newReceiver(), await newReceiver()];
    await register(receiver, { api_key_name: 'Authorization', api_key_value: key });
    await register(other);
    other.answer = () => 500;
    await api.newFlow();
    await receiver.events(1);
    expect(firstOf(receiver.taken).headers.authorization).toBe(key);
    await until(() => Promise.resolve(other.arrived.length > 0 ? true : undefined));
    expect(JSON.stringify(other.arrived)).not.toContain(key);
    expect(JSON.stringify(await api.get('/service/webhooks'))).not.toContain(key);
    await server.close();
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name));
      expect(content.includes(key), entry.name).toBe(false);
    }
    await start();
  });

  it('whose key cannot be opened any more is not called without it', async () => {
    await restart({ WEBHOOK_RETRY_MAX_S: '1' });
    const receiver = await newReceiver();
    await register(receiver, { api_key_name: 'x-key', api_key_value: 'secret' });
    await restart({
      WEBHOOK_RETRY_MAX_S: '1',
      SECRET_KEY: 'quite another secret than the one before',
      LOG_LEVEL: 'fatal',
    });
    await api.newFlow();
    await until(async () => ((await shown()).status === 'error' ? true : undefined));
    expect(receiver.arrived).toEqual([]);
  });

  it('on a private address is refused, by its address at once and by its name when it is called', async () => {
    await restart({ WEBHOOK_ALLOW_HOSTS: '', WEBHOOK_RETRY_MAX_S: '1' });
    const receiver = await newReceiver();
    const refused = await api.send('POST', '/service/webhooks', { url: receiver.url, events: ['flows/created'] });
    expect([refused.status, refused.json]).toMatchObject([400, { type: 'invalid_webhook' }]);
    expect((refused.json as { summary: string }).summary).toMatch(/^body\/url: must not lead to 127\.0\.0\.1/);
    const named = receiver.url.replace('127.0.0.1', 'localhost');
    await api.must('POST', '/service/webhooks', { url: named, events: ['flows/created'] });
    await api.newFlow();
    const { error } = await until(async () => {
      const webhook = await shown();
      return webhook.status === 'error' ? webhook : undefined;
    });
    expect(error?.summary).toMatch(/localhost leads to an address that is not public/);
    expect(receiver.arrived).toEqual([]);
  });
});

describe('receivers that hang', () => {
  it('hold one connection each, and delay neither requests nor others', async () => {
    // Nobody who waited for them would be done before this test has to be.
    await restart({ WEBHOOK_TIMEOUT_MS: '300000' });
    const [hanging, healthy] = [await newReceiver(), await newReceiver()];
    hanging.answer = () => 'hang';
    const names = numbers(40);
    await Promise.all(names.map((name) => register(hanging, { url: `${hanging.url}/${name}` })));
    await register(healthy);
    const flows = await Promise.all(names.map(() => api.newFlow()));
    for (const flow of flows) await relabel(flow, 'still quick');
    await healthy.events(80);
    await expect.poll(() => hanging.arrived.length).toBe(40);
    const read = () => readMetrics(server.baseUrl);
    // The server counts a delivery when it has read its answer.
    await expect.poll(async () => (await read()).value('tams_webhook_deliveries_total')).toBe(80);
    const metrics = await read();
    expect(metrics.value('tams_webhook_registrations')).toBe(41);
    expect(hanging.arrived).toHaveLength(40);
    // All that the slowest has yet to be told of.
    expect(metrics.value('tams_outbox_events')).toBe(80);
    expect(metrics.value('tams_outbox_age_seconds')).toBeGreaterThan(0);
    expect(metrics.value('tams_leases_held')).toBeGreaterThanOrEqual(42);
    await server.close();
    await start();
  });
});

describe('the service', () => {
  it('says that it has webhooks', async () => {
    expect(await api.get('/service')).toMatchObject({ event_stream_mechanisms: [{ name: 'webhooks' }] });
  });

  it('keeps no event that everybody has been told of', async () => {
    const receiver = await newReceiver();
    await register(receiver, { events: ['flows/created'] });
    for (const flow of await Promise.all(numbers(10).map(() => api.newFlow()))) await relabel(flow, 'x');
    await receiver.events(10);
    const tables = await openTestTables(dataDir, VAST_STORE_TABLES);
    try {
      await expect.poll(() => tables.count('events')).toBe(0);
    } finally {
      await tables.close();
    }
  });

  it('refuses keys in headers that a delivery itself needs', async () => {
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'Webhook-Id', 'connection']) {
      const webhook = {
        url: 'https://hook.example/',
        events: ['flows/created'],
        api_key_name: name,
        api_key_value: 'x',
      };
      const { status, text } = await api.send('POST', '/service/webhooks', webhook);
      expect([status, text]).toEqual([400, expect.stringContaining('body/api_key_name')]);
    }
  });
});

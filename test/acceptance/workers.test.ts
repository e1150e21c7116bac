import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerProcess } from '../../demo/server-process.ts';
import type { FlowBody, TamsClient } from '../support/tams-client.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../support/webhook-receiver.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { Load, processesOf, replacedProcesses, send } from './support/worker-processes.ts';

// Tests may be slow: nothing is refused for that.
const TWO = { WORKERS: '2', OVERLOAD_DELAY_MS: '0' };
const CLIENTS = 16;

/** The value of a series of `GET /metrics`. */
async function metric(client: TamsClient, series: string): Promise<number> {
  const text = await (await fetch(`${client.baseUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? NaN : Number(line.slice(series.length + 1));
}

/** The port that the server says its metrics are on. */
const metricsPort = ({ output }: ServerProcess): string => /metrics[^"]*:(\d+)/.exec(output)?.[1] ?? '';

const answeredBy = (process: number): string => `tams_process_requests_total{process="${process}"}`;
const GET_FLOW = 'tams_http_request_duration_seconds_count{method="GET",route="/flows/:flowId",status="2xx"}';

/** GETs of flows, and each fourth request a PUT of the client's own. */
function changes(
  baseUrl: string,
  flows: readonly FlowBody[],
): (
  client: number,
  count: number,
) => {
  method: string;
  url: string;
  json?: unknown;
} {
  return (client, count) => {
    const flow = flows[client] ?? dataFlow();
    const url = `${baseUrl}/flows/${flow.id}`;
    return count % 4 === 0
      ? { method: 'PUT', url, json: { ...flow, label: `change ${count}` } }
      : { method: 'GET', url };
  };
}

async function startUnderLoad() {
  const folder = await ServerFolder.make();
  const { server, client } = await folder.start({ env: TWO });
  const flows = Array.from({ length: CLIENTS }, () => dataFlow());
  for (const flow of flows) expect((await client.putFlow(flow)).status).toBe(201);
  return { server, client, load: new Load(CLIENTS, changes(server.baseUrl, flows)) };
}

describe('a server of two processes', () => {
  it('serves from both, shows one set of metrics, and ends with 0 as a whole', async () => {
    const folder = await ServerFolder.make();
    const { server, client } = await folder.start({ env: TWO });
    const flow = dataFlow();
    expect((await client.putFlow(flow)).status).toBe(201);
    const url = `${server.baseUrl}/flows/${flow.id}`;
    let sent = 0;
    while ((await metric(client, answeredBy(1))) === 0 || !((await metric(client, answeredBy(2))) > 0) || sent === 0) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => send('GET', url)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      sent += 50;
    }
    // Each scrape meets one of the processes, and every one says the same.
    for (let scrape = 0; scrape < 8; scrape++) expect(await metric(client, GET_FLOW)).toBe(sent);
    expect(await metric(client, 'tams_ready{check="engine"}')).toBe(1);
    expect(await metric(client, 'tams_info{version="0.1.0"}')).toBe(1);

    const processes = await processesOf(client);
    expect(processes.map(({ process }) => process).toSorted()).toEqual([1, 2]);
    expect(processes.filter(({ workers }) => workers.some(({ name }) => name === 'event dispatcher'))).toHaveLength(1);
    expect((await client.request('GET', '/readyz')).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    for (const { pid } of processes) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('shows a change to all connections as soon as it is answered', async () => {
    const folder = await ServerFolder.make();
    const { server, client } = await folder.start({ env: TWO });
    const flow = dataFlow();
    const objects = await flowWithObjects(client, flow, 100);
    const path = `${server.baseUrl}/flows/${flow.id}`;
    for (const [index, object] of objects.entries()) {
      const label = `label ${index}`;
      expect((await send('PUT', path, { ...flow, label })).status).toBe(204);
      expect(await send('POST', `${path}/segments`, consecutive([object], index))).toMatchObject({ status: 201 });
      const [shown, page] = await Promise.all([send('GET', path), send('GET', `${path}/segments?limit=1000`)]);
      expect(JSON.parse(shown.body)).toMatchObject({ label });
      expect(JSON.parse(page.body)).toHaveLength(index + 1);
    }
    expect(await metric(client, answeredBy(1))).toBeGreaterThan(0);
    expect(await metric(client, answeredBy(2))).toBeGreaterThan(0);
  });

  it('loses only the requests of a process that is killed, and starts another', async () => {
    const { server, client, load } = await startUnderLoad();
    let counted = 0;
    for (let kill = 1; kill <= 3; kill++) {
      await load.answers(200);
      const [first, other] = await processesOf(client);
      const victim = kill % 2 === 0 ? first : other;
      const failed = load.failures.length;
      process.kill(victim?.pid ?? 0, 'SIGKILL');
      await load.answers(200);
      await replacedProcesses(client, [victim?.pid ?? 0], 2);
      // At most one for each connection, of which the other process had some.
      expect(load.failures.length - failed).toBeLessThanOrEqual(CLIENTS);
      const now = await metric(client, 'tams_process_cpu_seconds_total{process="1"}');
      expect(now).toBeGreaterThanOrEqual(counted);
      counted = now;
    }
    expect(await metric(client, 'tams_process_replacements_total{reason="died"}')).toBe(3);
    await load.end();
    expect(new Set(load.answered.keys())).toEqual(new Set([200, 204]));
    expect(new Set(load.failures).difference(new Set(['ECONNRESET', 'EPIPE']))).toEqual(new Set());
    expect((await server.stop()).code).toBe(0);
  });

  it('replaces every process on SIGHUP without a failed request', async () => {
    const { server, client, load } = await startUnderLoad();
    for (let round = 1; round <= 2; round++) {
      await load.answers(100);
      const before = (await processesOf(client)).map(({ pid }) => pid);
      const counted = await metric(client, GET_FLOW);
      server.signal('SIGHUP');
      await replacedProcesses(client, before, 2);
      await expect.poll(() => server.output.split('has been replaced').length).toBe(round + 1);
      expect(await metric(client, GET_FLOW)).toBeGreaterThanOrEqual(counted);
    }
    await load.answers(100);
    await load.end();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answered.keys())).toEqual(new Set([200, 204]));
    expect(server.output).not.toContain('"level":50');
    expect((await server.stop()).code).toBe(0);
  });

  it('delivers each event once, also when the process that does the background work is killed', async () => {
    const receiver = await WebhookReceiver.start();
    onTestFinished(() => receiver.close());
    const folder = await ServerFolder.make();
    const { client } = await folder.start({ env: { ...TWO, ...REACH_RECEIVERS } });
    const webhook = { url: receiver.url, events: ['flows/created'] };
    expect((await client.request('POST', '/service/webhooks', webhook)).status).toBe(201);
    const ids: string[] = [];
    const create = async (): Promise<void> => {
      for (let count = 0; count < 10; count++) {
        const flow = dataFlow();
        ids.push(flow.id);
        expect((await send('PUT', `${client.baseUrl}/flows/${flow.id}`, flow)).status).toBe(201);
      }
    };
    const told = (): unknown[] => receiver.taken.map(({ body }) => (body.event['flow'] as FlowBody).id);
    await create();
    await expect.poll(() => told().length).toBe(10);
    // Those of different flows are delivered side by side.
    expect(told().toSorted()).toEqual(ids.toSorted());
    const worker = (await processesOf(client)).find(({ workers }) =>
      workers.some(({ name }) => name === 'event dispatcher'),
    );
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    await replacedProcesses(client, [worker?.pid ?? 0], 2);
    await create();
    await expect.poll(() => new Set(told()).size).toBe(20);
    const others = (await processesOf(client)).filter(({ workers }) =>
      workers.some(({ name }) => name === 'event dispatcher'),
    );
    expect(others).toHaveLength(1);
  });

  it('counts the failed logins of a client over both', async () => {
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: { ...TWO, AUTH_MODE: 'basic', METRICS_PORT: '0' } });
    // One that is too long fails without being hashed: the minute in which failures count is far from its end.
    const authorization = `Basic ${btoa(`nobody:${'x'.repeat(1025)}`)}`;
    const guess = async (): Promise<[number, string]> => {
      const answer = await fetch(`${server.baseUrl}/flows`, { headers: { authorization, connection: 'close' } });
      return [answer.status, ((await answer.json()) as { type: string }).type];
    };
    // Both processes are asked, and have heard by then of the failures before.
    const answered = async (): Promise<number[]> => {
      const { body } = await send('GET', `http://127.0.0.1:${metricsPort(server)}/metrics`);
      return [...body.matchAll(/^tams_process_requests_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    };
    for (let count = 0; count < 10; count++) expect((await guess())[0]).toBe(401);
    let before: number[] = [];
    await expect.poll(async () => (before = await answered())).toHaveLength(2);
    const hasRefused = async (): Promise<boolean> => {
      expect(await guess()).toEqual([429, 'too_many_attempts']);
      const counts = await answered();
      // The last of the ten may have been counted since.
      return before.every((count, index) => (counts[index] ?? 0) >= count + 2);
    };
    while (!(await hasRefused())) continue;
  });

  it('limits the rate of a client over both', async () => {
    const folder = await ServerFolder.make();
    const perSecond = 20;
    // Each process has room for all at once: none is refused for another reason.
    const env = { ...TWO, RATE_LIMIT_PER_S: String(perSecond), IN_FLIGHT_MAX: '800' };
    const { server } = await folder.start({ env });
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 400 }, () => send('GET', `${server.baseUrl}/flows`)));
    // A window begins with its first request.
    const windows = Math.floor((performance.now() - began) / 1000) + 1;
    const taken = answers.filter(({ status }) => status === 200).length;
    expect(taken).toBeGreaterThanOrEqual(perSecond);
    expect(taken).toBeLessThanOrEqual(perSecond * windows);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(400 - taken);
  });

  it('shows metrics and readiness of all on the one METRICS_PORT', async () => {
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: { ...TWO, METRICS_PORT: '0' } });
    const port = metricsPort(server);
    const read = async (path: string): Promise<string> => {
      const { status, body } = await send('GET', `http://127.0.0.1:${port}${path}`);
      expect(status).toBe(200);
      return body;
    };
    for (let scrape = 0; scrape < 4; scrape++) {
      const text = await read('/metrics');
      for (const number of [1, 2]) expect(text).toContain(`tams_process_up{process="${number}"} 1\n`);
      expect(JSON.parse(await read('/readyz'))).toMatchObject({ status: 'ok' });
    }
    expect((await send('GET', `${server.baseUrl}/metrics`)).status).toBe(404);
  });

  it('says why it cannot start, and ends', async () => {
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: TWO });
    const { port } = new URL(server.baseUrl);
    const inUse = await folder.runToEnd({ ...TWO, PORT: port });
    expect(inUse.code).toBe(1);
    expect(inUse.stderr).toContain('EADDRINUSE');
    const wrong = await folder.runToEnd({ ...TWO, PAGE_LIMIT_MAX: 'many' });
    expect(wrong).toEqual({
      code: 1,
      stderr: expect.stringContaining('Configuration: PAGE_LIMIT_MAX takes') as string,
    });
    for (const WORKERS of ['0', 'two', '257']) {
      const { code, stderr } = await folder.runToEnd({ WORKERS });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('Configuration: WORKERS takes') as string,
      });
    }
  });
});

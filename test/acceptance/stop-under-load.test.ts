import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { dataFlow } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';

const CLIENTS = 64;
const LOAD_MS = 1_500;
/** Ends every client, should the server never refuse one. */
const GIVE_UP_MS = 120_000;

interface Answered {
  readonly status: number;
}

interface Failed {
  readonly code: string;
  /** Whether the connection had been used before: the server had accepted it then. */
  readonly reused: boolean;
}

describe('a server that is asked to stop while clients hammer it', () => {
  it('answers every request that it accepted, and exits with 0', async () => {
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: { STOP_DELAY_S: '1', OVERLOAD_DELAY_MS: '0' } });
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const statuses = new Map<number, number>();
    const kept = new Map<string, string>();
    const failures: Failed[] = [];
    const giveUpAt = performance.now() + GIVE_UP_MS;

    const client = async (): Promise<void> => {
      const flow = dataFlow();
      for (let count = 0; performance.now() < giveUpAt; count++) {
        const label = `change ${count}`;
        const put = count % 4 === 0;
        const outcome = await send(
          agent,
          put ? 'PUT' : 'GET',
          `${server.baseUrl}/flows/${flow.id}`,
          put ? JSON.stringify({ ...flow, label }) : undefined,
        );
        if ('code' in outcome) {
          failures.push(outcome);
          return;
        }
        statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
        if (put && outcome.status < 300) kept.set(flow.id, label);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    await sleep(LOAD_MS);
    // Each client has kept something, and every kind of answer has come.
    await expect.poll(() => [kept.size, statuses.size]).toEqual([CLIENTS, 3]);
    const ready = await fetch(`${server.baseUrl}/readyz`);
    expect(ready.status).toBe(200);
    server.signal('SIGTERM');
    // Red at once, while the API is still served.
    await expect.poll(async () => (await fetch(`${server.baseUrl}/readyz`)).status, { interval: 20 }).toBe(503);
    await Promise.all(clients);
    agent.destroy();

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect([...statuses.keys()].sort()).toEqual([200, 201, 204]);
    expect(failures).toHaveLength(CLIENTS);
    // Only connections that the server never took on may fail.
    expect(failures.filter(({ reused }) => reused)).toEqual([]);
    expect(new Set(failures.map(({ code }) => code)).difference(new Set(['ECONNREFUSED', 'ECONNRESET']))).toEqual(
      new Set(),
    );
    expect(server.output).not.toContain('"level":50');

    const again = await folder.start();
    for (const [id, label] of kept) expect((await again.client.getFlow(id)).body).toMatchObject({ label });
    expect(kept.size).toBe(CLIENTS);
  });
});

function send(agent: Agent, method: string, url: string, body: string | undefined): Promise<Answered | Failed> {
  return new Promise((resolve) => {
    const sent = request(url, {
      agent,
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
    });
    const fail = (error: Error & { code?: string }): void => {
      resolve({ code: error.code ?? error.message, reused: sent.reusedSocket });
    };
    sent.on('error', fail);
    sent.on('response', (response) => {
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0 });
      });
      response.resume();
    });
    sent.end(body);
  });
}

import { Agent, request } from 'node:http';
import { expect } from 'vitest';
import type { TamsClient } from '../../support/tams-client.ts';

/** One of the processes of a server, as `GET /health` shows it. */
interface WorkerProcess {
  readonly process: number;
  readonly pid: number;
  readonly workers: readonly { readonly name: string }[];
}

export async function processesOf(client: TamsClient): Promise<readonly WorkerProcess[]> {
  const { body } = await client.request<{ processes: readonly WorkerProcess[] }>('GET', '/health');
  return body.processes;
}

/** Those with other ids than the ones before, once there are so many again. */
export async function replacedProcesses(
  client: TamsClient,
  gone: readonly number[],
  count: number,
): Promise<readonly WorkerProcess[]> {
  let found: readonly WorkerProcess[] = [];
  await expect
    .poll(
      async () => {
        found = await processesOf(client);
        return found.filter(({ pid }) => !gone.includes(pid)).length;
      },
      { timeout: 60_000 },
    )
    .toBe(count);
  return found;
}

export interface Sent {
  /** Undefined where the connection failed; `failure` says how. */
  readonly status: number | undefined;
  readonly failure?: string;
  readonly body: string;
}

/** Sends a request over a connection of the agent; one of its own where it is left out. */
export function send(method: string, url: string, json?: unknown, agent: Agent | false = false): Promise<Sent> {
  return new Promise((resolve) => {
    const headers = json === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(url, { agent, method, headers });
    const fail = (error: Error & { code?: string }): void => {
      resolve({ status: undefined, failure: error.code ?? error.message, body: '' });
    };
    sent.on('error', fail);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.end(json === undefined ? undefined : JSON.stringify(json));
  });
}

/** Clients that send one request after the other, each over a connection that it keeps. */
export class Load {
  readonly answered = new Map<number, number>();
  readonly failures: string[] = [];
  readonly #agent: Agent;
  readonly #clients: Promise<unknown>;
  #ended = false;

  constructor(
    clients: number,
    next: (client: number, count: number) => { method: string; url: string; json?: unknown },
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: clients });
    this.#clients = Promise.all(Array.from({ length: clients }, (_, client) => this.#run(client, next)));
  }

  get count(): number {
    return [...this.answered.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when so many more requests were answered. */
  async answers(more: number): Promise<void> {
    const until = this.count + more;
    await expect.poll(() => this.count, { interval: 20 }).toBeGreaterThanOrEqual(until);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#clients;
    this.#agent.destroy();
  }

  async #run(
    client: number,
    next: (client: number, count: number) => { method: string; url: string; json?: unknown },
  ): Promise<void> {
    for (let count = 0; !this.#ended; count++) {
      const { method, url, json } = next(client, count);
      const { status, failure } = await send(method, url, json, this.#agent);
      if (status === undefined) this.failures.push(failure ?? 'unknown');
      else this.answered.set(status, (this.answered.get(status) ?? 0) + 1);
    }
  }
}

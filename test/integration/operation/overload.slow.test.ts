import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../bench/support/load-generator.ts';
import type { LoadResult } from '../../bench/support/load-protocol.ts';
import { testId } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startLimited } from './support/limited-app.ts';

const FLOW = `/flows/${testId('flow', 1)}`;
const CROWD = 400;
const FEW = 40;
/** What a request costs: the event loop is kept busy, as by parsing or by a read of the embedded tables. */
const COST_MS = 1;
const DELAY_MS = 20;

/** A server accepts one connection in a turn of the event loop: no request is begun before all have come, or few come. */
let allHaveCome = Promise.resolve();
let connectionCame: () => void = () => undefined;
/** For each request that was taken, how many were taken in the same turn of the event loop. */
let companies: number[] = [];
let taken = 0;

async function busy(): Promise<string> {
  await allHaveCome;
  if (taken === 0) setImmediate(endTurn);
  taken++;
  const until = performance.now() + COST_MS;
  while (performance.now() < until);
  return '{}';
}

function endTurn(): void {
  companies.push(...Array<number>(taken).fill(taken));
  taken = 0;
}

let generator: LoadGenerator;
beforeAll(() => {
  generator = new LoadGenerator();
});
afterAll(() => generator.close());

async function start(overloadDelayMs: number): Promise<string> {
  const { baseUrl, server } = await startLimited({ overloadDelayMs }, busy);
  server.on('connection', () => connectionCame());
  return baseUrl;
}

/** Clients that never rest, in a process of their own: here they would be a part of the load. */
async function load(baseUrl: string, clients: number, requests: number): Promise<LoadResult> {
  let missing = clients;
  allHaveCome = new Promise((resolve) => {
    connectionCame = () => {
      if (--missing === 0) resolve();
    };
  });
  return generator.run(
    { baseUrl, connections: clients, requests: [{ method: 'GET', path: FLOW }], until: { requests } },
    200,
    503,
  );
}

describe('more requests than can be done', () => {
  it('are refused with 503, so that those that are taken do not wait long; and all are taken again afterwards', async () => {
    const baseUrl = await start(DELAY_MS);
    const probes: Promise<number>[] = [];
    const probing = setInterval(() => {
      probes.push(call(baseUrl, 'GET', '/livez').then(({ status }) => status));
    }, 100);
    await load(baseUrl, CROWD, 10 * CROWD);
    companies = [];
    const { statuses } = await load(baseUrl, CROWD, 10 * CROWD);
    clearInterval(probing);

    expect(Object.keys(statuses).sort()).toEqual(['200', '503']);
    const { 200: done = 0, 503: refused = 0 } = statuses;
    expect(done).toBeGreaterThan((done + refused) / 10);
    // Counted and not timed: a busy machine makes clients wait as well. Without refusals, a turn takes all `CROWD`.
    // The first of each client were begun together, when all had come.
    const later = companies.slice(CROWD).toSorted((a, b) => a - b);
    const median = later[later.length >> 1];
    expect(median).toBeLessThan(CROWD / 2);
    const answers = await Promise.all(probes);
    expect(answers.length).toBeGreaterThan(3);
    expect(new Set(answers)).toEqual(new Set([200]));

    await sleep(2_500);
    expect((await call(baseUrl, 'GET', FLOW)).status).toBe(200);
    const { statuses: after } = await load(baseUrl, FEW, 10 * FEW);
    expect(Object.keys(after)).toEqual(['200']);
  });

  it('are not those that come all at once, and rarely', async () => {
    const baseUrl = await start(DELAY_MS);
    for (let burst = 0; burst < 3; burst++) {
      const answers = await Promise.all(Array.from({ length: 2 * FEW }, () => call(baseUrl, 'GET', FLOW)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await sleep(200);
    }
  });

  it('are not what a few clients send, however much work that is', async () => {
    const baseUrl = await start(1);
    expect(Object.keys((await load(baseUrl, FEW, 30 * FEW)).statuses)).toEqual(['200']);
  });
});

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

async function busy(): Promise<string> {
  const until = performance.now() + COST_MS;
  while (performance.now() < until);
  return '{}';
}

let generator: LoadGenerator;
beforeAll(() => {
  generator = new LoadGenerator();
});
afterAll(() => generator.close());

/** Clients that never rest, in a process of their own: here they would be a part of the load. */
function load(baseUrl: string, connections: number, ms: number): Promise<LoadResult> {
  return generator.run({ baseUrl, connections, requests: [{ method: 'GET', path: FLOW }], until: { ms } }, 200, 503);
}

describe('more requests than can be done', () => {
  it('are refused with 503, so that those that are taken do not wait long; and all are taken again afterwards', async () => {
    const { baseUrl } = await startLimited({ overloadDelayMs: DELAY_MS }, busy);
    let probes = 0;
    const probing = setInterval(() => {
      void call(baseUrl, 'GET', '/livez').then(({ status }) => (probes += Number(status === 200)));
    }, 100);
    await load(baseUrl, CROWD, 2_500);
    const { statuses, latencyByStatus } = await load(baseUrl, CROWD, 1_500);
    clearInterval(probing);

    expect(Object.keys(statuses).sort()).toEqual(['200', '503']);
    expect(statuses['200']).toBeGreaterThan(200);
    // Without refusals, each request waits for those of all the others.
    expect(latencyByStatus['200']?.p50).toBeLessThan((CROWD * COST_MS) / 2);
    expect(probes).toBeGreaterThan(3);

    await sleep(2_500);
    expect((await call(baseUrl, 'GET', FLOW)).status).toBe(200);
    const { statuses: after } = await load(baseUrl, FEW, 500);
    expect(Object.keys(after)).toEqual(['200']);
  });

  it('are not those that come all at once, and rarely', async () => {
    const { baseUrl } = await startLimited({ overloadDelayMs: DELAY_MS }, busy);
    for (let burst = 0; burst < 3; burst++) {
      const answers = await Promise.all(Array.from({ length: 2 * FEW }, () => call(baseUrl, 'GET', FLOW)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await sleep(200);
    }
  });

  it('are not what a few clients send, however much work that is', async () => {
    const { baseUrl } = await startLimited({ overloadDelayMs: 1 }, busy);
    expect(Object.keys((await load(baseUrl, FEW, 1_500)).statuses)).toEqual(['200']);
  });
});

import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';
import { RawClient } from '../operation/support/raw-client.ts';

/*
 * One analysis and one export at a time: whether a client that went away still has its place, the next one tells. The
 * first one of a server starts the process and loads DuckDB, so it takes long enough to go away from.
 */

async function startServer(log: string[] = []): Promise<Api> {
  const server = await startTestServer({
    inProcess: 'log',
    env: { ANALYTICS_CONCURRENCY: '1', TABLE_ENGINE: 'sqlite', LOG_LEVEL: 'error' },
    log: (line) => void log.push(line),
  });
  onTestFinished(() => server.close());
  const api = new Api(server.baseUrl);
  await api.fill(await api.newFlow(), 1000);
  return api;
}

const SUMMARY = 'aggregates/summary';

describe('a client of the analytics', () => {
  it.each([
    ['aggregates/percentiles', SUMMARY],
    ['export?format=parquet', 'export?format=arrow'],
    ['export?format=arrow', 'export?format=parquet'],
  ])('that goes away gives back the place of %s', async (path, next) => {
    const log: string[] = [];
    const api = await startServer(log);
    const client = await RawClient.open(api.baseUrl);
    client.send(`GET /analytics/${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    // Earlier requests were read before this one was answered.
    expect((await api.send('GET', '/livez')).status).toBe(200);
    client.close();
    const began = performance.now();
    expect((await api.send('GET', `/analytics/${next}`)).status).toBe(200);
    // Long before the deadline, which is a minute away.
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(client.statuses).toEqual([]);
    // That a client goes is no failure of the server.
    expect(log).toEqual([]);
  });

  it('is one of those that wait; more are told to come back', async () => {
    const api = await startServer();
    const all = await Promise.all(Array.from({ length: 12 }, () => api.send('GET', `/analytics/${SUMMARY}`)));
    const refused = all.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, json }) => [status, (json as { type: string }).type])).toEqual(
      Array.from({ length: 3 }, () => [503, 'overloaded']),
    );
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

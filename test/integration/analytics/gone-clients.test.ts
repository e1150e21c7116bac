import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';
import { RawClient } from '../operation/support/raw-client.ts';

/*
 * One analysis at a time: whether a client that went away still has its place, the next one tells. The first analysis of
 * a server starts the thread and loads DuckDB, so it takes long enough to go away from.
 */

async function startServer(): Promise<Api> {
  const server = await startTestServer({
    env: { ANALYTICS_CONCURRENCY: '1', TABLE_ENGINE: 'sqlite', LOG_LEVEL: 'silent' },
  });
  onTestFinished(() => server.close());
  const api = new Api(server.baseUrl);
  await api.fill(await api.newFlow(), 1000);
  return api;
}

const summaryOf = (api: Api) => api.send('GET', '/analytics/aggregates/summary');

describe('a client that goes away', () => {
  it.each(['aggregates/percentiles', 'export?format=parquet', 'export?format=arrow'])(
    'gives back the place of %s',
    async (path) => {
      const api = await startServer();
      const client = await RawClient.open(api.baseUrl);
      client.send(`GET /analytics/${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      await sleep(50);
      const refused = await summaryOf(api);
      expect([refused.status, refused.json]).toMatchObject([503, { type: 'overloaded' }]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      client.close();
      // Long before the deadline, which is a minute away.
      await expect.poll(async () => (await summaryOf(api)).status, { timeout: 10_000 }).toBe(200);
      expect(client.statuses).toEqual([]);
    },
  );
});

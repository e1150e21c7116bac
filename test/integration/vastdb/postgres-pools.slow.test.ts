import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { type MetricsText, readMetrics } from '../operation/support/metrics-text.ts';

describe.skipIf(POSTGRES_MISSING)(`the pools of connections ${POSTGRES_MISSING ?? ''}`, () => {
  let postgres: PostgresServer;
  let url: string;
  let server: TestServer;
  const log: string[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.database();
    const env = {
      TABLE_ENGINE: 'postgres',
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: '2',
      SECRET_KEY: 'the secret of all replicas in these tests',
      LOG_LEVEL: 'warn',
    };
    server = await startTestServer({ env, log: (line) => log.push(line) });
  });
  afterAll(async () => {
    await server.close();
    await postgres.dispose();
  });

  const read = (): Promise<MetricsText> => readMetrics(server.baseUrl);

  it('show how many connections are used, and how many requests wait for one', async () => {
    const requests = { pool: 'requests' };
    expect((await read()).value('tams_database_connections_max', requests)).toBe(2);
    const waiting = async (): Promise<number> => (await read()).value('tams_database_connections_waiting', requests);
    // Workers ask now and then, too: they have what requests leave.
    await expect.poll(waiting).toBe(0);
    // Nobody reads the table meanwhile.
    const unlock = await locked(url);
    const answers = Array.from({ length: 5 }, () => call(server.baseUrl, 'GET', '/flows'));
    await expect.poll(waiting).toBeGreaterThanOrEqual(3);
    expect((await read()).value('tams_database_connections', { ...requests, state: 'used' })).toBe(2);
    const { json } = await call(server.baseUrl, 'GET', '/health');
    expect(json).toMatchObject({
      connections: [
        { pool: 'requests', used: 2, idle: 0, max: 2, waiting: expect.any(Number) as number },
        { pool: 'catalogue', max: 2 },
        { pool: 'background_writes', max: 2 },
        { pool: 'background_reads', max: 2 },
      ],
    });
    await unlock();
    // One that waits for five seconds is refused: on a slow machine some are.
    for (const answer of answers) expect([200, 503]).toContain((await answer).status);
    await expect.poll(waiting).toBe(0);
    await expect
      .poll(async () => (await read()).value('tams_database_connections', { ...requests, state: 'idle' }))
      .toBe(2);
  });

  it('refuse after one wait, and say that all connections were busy', async () => {
    const unlock = await locked(url);
    log.length = 0;
    const busy = [1, 2].map(() => call(server.baseUrl, 'GET', '/flows'));
    await expect
      .poll(async () => (await read()).value('tams_database_connections', { pool: 'requests', state: 'used' }))
      .toBe(2);
    const started = performance.now();
    const id = crypto.randomUUID();
    const flow = multiFlow({ id, source_id: crypto.randomUUID() });
    const refused = await Promise.all([
      call(server.baseUrl, 'GET', '/flows'),
      call(server.baseUrl, 'PUT', `/flows/${id}`, { json: flow }),
    ]);
    // Not twice the five seconds.
    expect(performance.now() - started).toBeLessThan(9000);
    for (const { status, headers, json } of refused) {
      expect({ status, json }).toMatchObject({
        status: 503,
        json: { type: 'tables_unavailable', summary: 'all connections to the tables are busy; try again' },
      });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(log.join('')).toMatch(/All 2 connections to PostgreSQL of the pool requests were busy.*DATABASE_POOL_SIZE/);
    expect(log.join('')).not.toContain('cannot be reached');
    await unlock();
    for (const answer of busy) expect((await answer).status).toBe(200);
  });
});

/** Holds the table of flows until the returned function is called. */
async function locked(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE tams.flows IN ACCESS EXCLUSIVE MODE');
  return () => client.end();
}

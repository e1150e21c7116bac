import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import {
  OVER_TCP,
  overTcp,
  POSTGRES_MISSING,
  type PostgresServer,
  startPostgres,
} from '../../support/postgres-server.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/** A failed-over server has to be noticed by all pools, while the probe's answer is kept for a second. */
const SOON = { timeout: 20_000, interval: 200 };

describe.skipIf(POSTGRES_MISSING)(`a failover of PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let first: PostgresServer;
  let second: PostgresServer;
  let third: PostgresServer | undefined;
  /** The name in DATABASE_URL: it leads to one of the two. */
  let name: TcpProxy;
  let server: TestServer;
  beforeAll(async () => {
    first = await startPostgres(OVER_TCP);
    name = await startTcpProxy(first.port);
    const env = {
      TABLE_ENGINE: 'postgres',
      DATABASE_URL: overTcp(await first.database(), name.port).href,
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      SECRET_KEY: 'the secret of all replicas in these tests',
      LOG_LEVEL: 'silent',
    };
    server = await startTestServer({ inProcess: 'lookForDue', env });
    second = await first.standby();
  }, 120_000);
  afterAll(async () => {
    await server.close();
    await name.close();
    await first.dispose();
    await second.dispose();
    await third?.dispose();
  });

  const ids: string[] = [];
  const write = async (more: object = {}) => {
    const id = crypto.randomUUID();
    const answer = await call(server.baseUrl, 'PUT', `/flows/${id}`, {
      json: multiFlow({ id, source_id: crypto.randomUUID() }, more),
    });
    if (answer.status === 201) ids.push(id);
    return answer;
  };
  const written = async (): Promise<number> => (await write()).status;
  const ready = async (): Promise<number> => (await call(server.baseUrl, 'GET', '/readyz')).status;
  const isRefused = async (): Promise<void> => {
    const { status, headers, json } = await write();
    expect({ status, json }).toMatchObject({ status: 503, json: { type: 'tables_unavailable' } });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  };
  const servesAll = async (): Promise<void> => {
    await expect.poll(written, SOON).toBe(201);
    await expect.poll(ready, SOON).toBe(200);
    for (const id of ids) expect((await call(server.baseUrl, 'GET', `/flows/${id}`)).status).toBe(200);
    // Workers write over connections of their own.
    await server.lookForDue();
  };

  it('is waited for while nobody answers, and while the standby takes no writes yet', { timeout: 90_000 }, async () => {
    await servesAll();
    const replayed = 'SELECT pg_current_wal_flush_lsn() <= replay_lsn FROM pg_stat_replication';
    await expect.poll(() => first.run(replayed), { timeout: 30_000 }).toEqual([[true]]);

    await first.kill();
    await expect.poll(ready, SOON).toBe(503);
    await isRefused();

    name.target = second.port;
    await isRefused();
    expect((await call(server.baseUrl, 'GET', `/flows/${ids[0] ?? ''}`)).status).toBe(200);
    expect(await ready()).toBe(503);

    second.promote();
    await servesAll();
  });

  it('is followed where the old server lives on as one that takes no writes', { timeout: 90_000 }, async () => {
    await first.demote();
    name.target = first.port;
    name.cut();
    await expect.poll(ready, SOON).toBe(503);
    await isRefused();
    const read = async (id = ''): Promise<number> => (await call(server.baseUrl, 'GET', `/flows/${id}`)).status;
    expect(await read(ids[0])).toBe(200);
    // Only new connections follow the name: one that was read over may not stay with the old server.
    name.target = second.port;
    expect(await read(ids.at(-1))).toBe(200);
    await servesAll();
  });

  it('is noticed where connections fall silent', { timeout: 90_000 }, async () => {
    name.isSilent = true;
    await expect.poll(ready, SOON).toBe(503);
    const waiting = write();
    await pause(500);
    // What was sent meanwhile is lost, and no answer comes.
    name.isSilent = false;
    const { status } = await waiting;
    expect([201, 503]).toContain(status);
    await servesAll();
  });

  it('leaves a commit unknown whose answer was lost with its server', { timeout: 90_000 }, async () => {
    const promoted = await second.standby();
    third = promoted;
    promoted.promote();
    // The number of the transaction is that of another one there, which was committed.
    for (let n = 0; n < 100; n += 1) await promoted.run('SELECT pg_current_xact_id()');
    const label = crypto.randomUUID();
    // Others commit as well: only the transaction that writes the label is meant.
    let ours: object | undefined;
    let isLost = false;
    name.onRequest = (data, connection) => {
      if (data.includes(label)) ours = connection;
      if (isLost || ours !== connection || !data.includes('COMMIT')) return 'forward';
      isLost = true;
      name.target = promoted.port;
      // All of them: over one that stays with the old server, the transaction would be found.
      return 'forward-and-cut';
    };
    const { status, headers, json } = await write({ label });
    name.onRequest = undefined;
    expect(isLost).toBe(true);
    expect({ status, json }).toMatchObject({ status: 503, json: { type: 'outcome_unknown' } });
    expect(headers.get('retry-after')).toBeNull();
    await servesAll();
  });
});

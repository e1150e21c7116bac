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
import { COUNTED_STATEMENTS, statementsOf } from '../../support/postgres-statements.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

describe.skipIf(POSTGRES_MISSING)(`what requests ask of PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  const id = crypto.randomUUID();
  let postgres: PostgresServer;
  let url: string;
  let network: TcpProxy;
  let server: TestServer;
  /** Where the next segment begins. */
  let second = 0;
  beforeAll(async () => {
    postgres = await startPostgres({ ...COUNTED_STATEMENTS, ...OVER_TCP });
    url = await postgres.database();
    network = await startTcpProxy(postgres.port);
    const env = {
      TABLE_ENGINE: 'postgres',
      DATABASE_URL: overTcp(url, network.port).href,
      SECRET_KEY: 'the secret of all replicas in these tests',
    };
    server = await startTestServer({ env: { ...env, PAGE_CACHE_MIB: '0', LOG_LEVEL: 'silent' } });
    const flow = multiFlow({ id, source_id: crypto.randomUUID() });
    expect((await call(server.baseUrl, 'PUT', `/flows/${id}`, { json: flow })).status).toBe(201);
    await post(1_000);
  });
  afterAll(async () => {
    await server.close();
    await network.close();
    await postgres.dispose();
  });

  /** Segments that follow the others, of objects that lie elsewhere. */
  const post = async (count: number): Promise<void> => {
    const json = Array.from({ length: count }, () => ({
      object_id: crypto.randomUUID(),
      timerange: `[${second++}:0_${second}:0)`,
      get_urls: [{ url: 'https://media.example/object' }],
    }));
    expect((await call(server.baseUrl, 'POST', `/flows/${id}/segments`, { json })).status).toBe(201);
  };
  const get = async (path: string): Promise<void> => {
    expect((await call(server.baseUrl, 'GET', path)).status).toBe(200);
  };
  /** The least of several: workers ask now and then. */
  const least = async (count: () => Promise<number>): Promise<number> => {
    const counted: number[] = [];
    for (let time = 0; time < 6; time += 1) counted.push(await count());
    return Math.min(...counted);
  };
  const cost = (work: () => Promise<void>): Promise<number> =>
    least(async () => (await statementsOf(postgres, url, work)).length);

  it('is one query for a flow', async () => {
    expect(await cost(() => get(`/flows/${id}`))).toBe(1);
  });

  it('is two for a window of its segments: the version of a kept page, and the window', async () => {
    expect(await cost(() => get(`/flows/${id}/segments?limit=100&timerange=[300:500000000_400:0)`))).toBe(2);
  });

  it('is as much for a thousand segments as for one', async () => {
    // The flow, the objects, their ids, the registrations; segments, objects, the flow, the locks.
    expect(await cost(() => post(1))).toBe(8);
    expect(await cost(() => post(1_000))).toBe(8);
  });

  it('is no index entry for allocated objects that get segments: their new versions lie in the same pages', async () => {
    const container = 'video/mp2t';
    const flow = { ...multiFlow({ id: crypto.randomUUID(), source_id: crypto.randomUUID() }), container };
    expect((await call(server.baseUrl, 'PUT', `/flows/${flow.id}`, { json: flow })).status).toBe(201);
    const ids = Array.from({ length: 500 }, () => crypto.randomUUID());
    const allocated = { json: { object_ids: ids } };
    expect((await call(server.baseUrl, 'POST', `/flows/${flow.id}/storage`, allocated)).status).toBe(201);
    const pages = async (): Promise<Map<unknown, unknown>> =>
      new Map(
        (await postgres.run('SELECT id, (ctid::text::point)[0] FROM tams.objects', url)).map(([id, page]) => [
          id,
          page,
        ]),
      );
    const before = await pages();
    const json = ids.map((object_id, n) => ({ object_id, timerange: `[${n}:0_${n + 1}:0)` }));
    expect((await call(server.baseUrl, 'POST', `/flows/${flow.id}/segments`, { json })).status).toBe(201);
    const after = await pages();
    const moved = ids.filter((id) => after.get(id) !== before.get(id));
    // Without that room nearly all move; with it those of a page that others fill, too.
    expect(moved.length).toBeLessThan(ids.length / 4);
  });

  const roundTrips = (work: () => Promise<void>): Promise<number> =>
    least(async () => {
      const before = network.roundTrips;
      await work();
      return network.roundTrips - before;
    });

  it('waits for the network as often as one statement needs the answer to another', async () => {
    const window = `/flows/${id}/segments?limit=100&timerange=[300:500000000_400:0)`;
    expect({
      flow: await roundTrips(() => get(`/flows/${id}`)),
      window: await roundTrips(() => get(window)),
      register: await roundTrips(() => post(1)),
      registerMany: await roundTrips(() => post(1_000)),
    }).toEqual({ flow: 1, window: 2, register: 4, registerMany: 6 });
  });
});

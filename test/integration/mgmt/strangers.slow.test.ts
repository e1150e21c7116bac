import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Field, Int16, TimestampMicrosecond, Utf8 } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { databaseFile } from '../../../mgmt/tables/open-tables.ts';
import { dataFlow } from '../../support/examples.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { vastEnv } from '../../support/vastdb/vast-env.ts';
import { Requests, schemaMessage } from '../vastdb/vast-emulator/requests.ts';
import { jsonLines, runMgmt, startServer } from './support/run-mgmt.ts';

vi.setConfig({ testTimeout: 240_000 });

/*
 * A schema that is shared with somebody else: a table of theirs, and a column of theirs in a table of ours, of types that
 * no table of ours has. Nothing of ours stops at them, or changes them.
 */

const SECRET_KEY = 'the secret of all replicas in these tests';
const FLOW = '8d3b6f0e-6f5a-4f0e-9d1c-0e7d3f4b5a02';
const IDS = { id: FLOW, source_id: '8d3b6f0e-6f5a-4f0e-9d1c-0e7d3f4b5a01' };

interface Neighbour {
  /** The tables of a server, which are shared; those of one that somebody else was at first; and empty ones. */
  readonly places: Record<'shared' | 'occupied' | 'empty', Record<string, string>>;
  /** Makes the table `stock-list`, and adds `seen_at` to `flows`. Called on tables that are there. */
  readonly moveIn: () => Promise<void>;
  /** Makes a table `flows` as another system has it, in a place without tables of ours. */
  readonly occupy: () => Promise<void>;
}

let folder: string;
const emulators: VastEmulator[] = [];
let postgres: PostgresServer | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-strangers-'));
  if (POSTGRES_MISSING === undefined) postgres = await startPostgres();
});
afterAll(async () => {
  for (const emulator of emulators) await emulator.close();
  await postgres?.dispose();
  await rm(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

function onSqlite(): Neighbour {
  const run = async (dataDir: string, ...texts: string[]): Promise<void> => {
    const database = new DatabaseSync(databaseFile(dataDir));
    for (const sql of texts) database.exec(sql);
    database.close();
  };
  const place = (name: string) => ({ DATA_DIR: at(`sqlite-${name}`), SECRET_KEY });
  const places = { shared: place('shared'), occupied: place('occupied'), empty: place('empty') };
  return {
    places,
    moveIn: () =>
      run(
        places.shared.DATA_DIR,
        'CREATE TABLE "stock-list" (id SMALLINT, at DATETIME)',
        `INSERT INTO "stock-list" VALUES (1, 'now')`,
        'ALTER TABLE flows ADD COLUMN seen_at DATETIME',
      ),
    occupy: async () => {
      // The folder of a database is made by the first server.
      await (await startTestServer({ dataDir: places.occupied.DATA_DIR, env: places.occupied })).close();
      await run(
        places.occupied.DATA_DIR,
        'DROP TABLE flows',
        'CREATE TABLE flows (id TEXT, source_id DATETIME, created_ns TEXT)',
      );
    },
  };
}

async function onVast(): Promise<Neighbour> {
  const place = async (name: string) => {
    const emulator = await startVastEmulator({ schema: name });
    emulators.push(emulator);
    return {
      env: { ...vastEnv(emulator, name), DATA_DIR: at(`vast-${name}`), SECRET_KEY },
      requests: new Requests(emulator),
      bucket: emulator.bucket,
    };
  };
  const [shared, occupied, empty] = [await place('shared'), await place('occupied'), await place('empty')];
  const time = (name: string): Field => new Field(name, new TimestampMicrosecond(), true);
  const id = new Field('id', new Int16(), true);
  return {
    places: { shared: shared.env, occupied: occupied.env, empty: empty.env },
    moveIn: async () => {
      await shared.requests.createTable('shared/stock-list', [id, time('at')]);
      const columns = schemaMessage([time('seen_at')]);
      const added = await shared.requests.send('POST', `/${shared.bucket}/shared/flows?column`, '0', columns);
      expect(added).toMatchObject({ status: 200 });
    },
    occupy: async () => {
      const text = new Field('created_ns', new Utf8(), true);
      const fields = [new Field('id', new Utf8(), true), time('source_id'), text];
      await occupied.requests.createTable('occupied/flows', fields);
      for (const { requests } of [shared, occupied, empty]) requests.close();
    },
  };
}

async function onPostgres(): Promise<Neighbour> {
  const server = postgres;
  if (server === undefined) throw new Error(POSTGRES_MISSING);
  const database = async (name: string) => ({
    DATA_DIR: at(`postgres-${name}`),
    TABLE_ENGINE: 'postgres',
    DATABASE_URL: await server.database(),
    DATABASE_SCHEMA: 'public',
    DATABASE_POOL_SIZE: '4',
    SECRET_KEY,
  });
  const places = {
    shared: await database('shared'),
    occupied: await database('occupied'),
    empty: await database('empty'),
  };
  return {
    places,
    moveIn: async () => {
      await server.run('CREATE TABLE "stock-list" (id smallint, at timestamptz)', places.shared.DATABASE_URL);
      await server.run('ALTER TABLE flows ADD COLUMN seen_at timestamptz', places.shared.DATABASE_URL);
    },
    occupy: async () => {
      const text = 'CREATE TABLE flows (id text, source_id timestamptz, created_ns text)';
      await server.run(text, places.occupied.DATABASE_URL);
    },
  };
}

describe.each([
  ['sqlite', onSqlite, false],
  ['vast', onVast, false],
  ['postgres', onPostgres, POSTGRES_MISSING !== undefined],
] as const)('on %s, a server that shares its schema', (kind, neighbour, isMissing) => {
  it.skipIf(isMissing)('works as if nobody else were there, and with every command', async () => {
    const { places, moveIn, occupy } = await neighbour();
    const { shared } = places;
    const start = (): Promise<TestServer> => startTestServer({ dataDir: shared['DATA_DIR'] ?? '', env: shared });
    const put = async (server: TestServer, label: string): Promise<unknown> => {
      const flow = dataFlow(IDS, { label });
      const { status } = await fetch(`${server.baseUrl}/flows/${FLOW}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(flow),
      });
      expect([201, 204]).toContain(status);
      return await (await fetch(`${server.baseUrl}/flows/${FLOW}`)).json();
    };
    const first = await start();
    await put(first, 'first');
    await moveIn();
    expect(await put(first, 'second')).toMatchObject({ label: 'second' });
    const replica = await start();
    expect(await put(replica, 'third')).toMatchObject({ label: 'third' });

    const status = await runMgmt(['status', '--json'], shared);
    expect(status).toMatchObject({ code: 0, err: '' });
    const tables = jsonLines(status.out);
    expect(tables.filter(({ state }) => state !== 'current')).toMatchObject([
      { table: 'stock-list', state: 'unknown' },
    ]);
    expect(await runMgmt(['verify', '--skip', 'orphaned-bytes'], shared)).toMatchObject({ code: 0, err: '' });
    const backup = await runMgmt(['backup', at(`${kind}-backup`), '--as', 'arrow'], shared);
    expect(backup).toMatchObject({ code: 0, err: expect.stringContaining('stock-list, flows.seen_at') as string });
    await first.close();
    await replica.close();
    const replaced = await runMgmt(['restore', at(`${kind}-backup`), '--replace', '--yes'], shared);
    expect(replaced, replaced.err).toMatchObject({ code: 0 });

    const target = at(`${kind}-target.env`);
    const lines = Object.entries({ TABLE_ENGINE: kind, ...places.empty }).map(([name, value]) => `${name}='${value}'`);
    await writeFile(target, lines.join('\n'));
    const migrated = await runMgmt(['migrate', '--to', kind, '--target-env', target], shared);
    expect(migrated, migrated.err).toMatchObject({ code: 0 });

    await occupy();
    const refused = await startServer(places.occupied).result;
    expect(refused.code).not.toBe(0);
    const said = refused.out + refused.err;
    expect(said).toMatch(/column source_id of table flows is \w+.* in the engine, but string is needed/);
    expect(said).toContain('column created_ns of table flows is string in the engine, but int64 is needed');
    expect(said).toContain('mgmt import');
  });
});

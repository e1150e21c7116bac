import { globSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_LOG } from '../../../src/features/auth/auth-tables.ts';
import { FLOW_TAGS } from '../../../src/tams/flows/flow-tables.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { checkServer } from '../../../mgmt/checks.ts';
import { openEngine, type OpenedEngine, withEngine, withTables } from '../../../mgmt/tables/open-tables.ts';
import { type TableStatus, tableStatuses } from '../../../mgmt/tables/table-status.ts';
import { loadConfig } from '../../../src/settings.ts';
import { FILLING_TABLES } from '../../../src/vastdb/schema/half-filled.ts';
import { describeCommandsBeside, statusOf } from './support/commands-suite.ts';
import { jsonLines, runMgmt, type Result } from './support/run-mgmt.ts';

// Each command is a process that loads all of the server, a second of work; on a busy machine it takes several.
const DAY_MS = 86_400_000;
const ON_CLUSTER = { TABLE_ENGINE: 'vast', SECRET_KEY: 'the secret of all replicas in these tests' };

let dataDir: string;
let emulator: VastEmulator;
let places: Record<'sqlite' | 'vast', Record<string, string>>;
const servers: TestServer[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-mgmt-'));
  emulator = await startVastEmulator({ schema: 'tams' });
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  const cluster = {
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: 'tams',
  };
  places = {
    sqlite: { DATA_DIR: dataDir, TABLE_ENGINE: 'sqlite' },
    vast: { DATA_DIR: dataDir, ...ON_CLUSTER, ...cluster },
  };
  for (const env of Object.values(places))
    servers.push(await startTestServer({ dataDir, env, inProcess: 'one process' }));
});
afterAll(async () => {
  for (const each of servers) await each.close();
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

const mgmt = (...args: string[]): Promise<Result> => runMgmt(args, places.sqlite);

describeCommandsBeside('sqlite', () => places.sqlite);
describeCommandsBeside('vast', () => places.vast);

describe('commands that destroy', () => {
  it('show what would go, and do nothing without --yes where nobody can be asked', async () => {
    const place = { DATA_DIR: join(dataDir, 'stopped') };
    const statusThere = (): Promise<TableStatus | undefined> =>
      withEngine(async ({ engine, definitions }) => {
        const statuses = await tableStatuses(engine, definitions);
        return statuses.find(({ table }) => table === AUDIT_LOG.name);
      }, place);
    const opened = await openEngine(loadConfig(place), true);
    await opened.engine.createTable(AUDIT_LOG);
    await opened.engine.transaction((tx) =>
      tx.insert(
        AUDIT_LOG.name,
        ['at_ms', 'event', 'count'],
        Array(3).fill([BigInt(Date.now() - 90 * DAY_MS), 'login', 1n]),
      ),
    );
    await opened.engine.close();
    const dry = await runMgmt(['cleanup', 'audit_log', '--older-than', '60d', '--dry-run'], place);
    const cleanup = await runMgmt(['cleanup', 'audit_log', '--older-than', '60d'], place);
    const recreate = await runMgmt(['recreate', 'audit_log'], place);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^audit_log +3$/m);
    expect(cleanup.code).toBe(2);
    expect(cleanup.err).toMatch(/3 rows, for good\. Nothing was done: add --yes/);
    expect(recreate.code).toBe(2);
    expect(recreate.err).toMatch(/This drops the table audit_log with all its \d rows/);
    expect(await statusThere()).toMatchObject({ rows: 3 });
    expect(await runMgmt(['recreate', 'audit_log', '--yes'], place)).toMatchObject({ code: 0, err: '' });
    expect(await statusThere()).toMatchObject({ rows: 0, state: 'current' });
  });

  it('make and change nothing in a dry run; all rows deleted, tables that were half filled may be used', async () => {
    const place = { DATA_DIR: join(dataDir, 'bare') };
    const onPlace = async <T>(work: (opened: OpenedEngine) => Promise<T>): Promise<T> => {
      const opened = await openEngine(loadConfig(place), true);
      return work(opened).finally(() => opened.engine.close());
    };
    const mark = { name: FILLING_TABLES.restore, columns: [{ name: 'restoring', type: 'string' }] } as const;
    await onPlace(async ({ engine }) => {
      for (const table of [FLOW_TAGS.whole, mark]) await engine.createTable(table);
      await engine.transaction((tx) =>
        tx.insert(FLOW_TAGS.whole.name, ['owner_id', 'name', 'value'], [['a', 'b', 'c']]),
      );
    });
    const dry = await runMgmt(['cleanup', '--all', '--dry-run'], place);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^flow_tags +1$/m);
    expect(await onPlace(({ engine }) => engine.listTables())).toEqual([mark.name, FLOW_TAGS.whole.name]);

    await expect(withTables(async () => undefined, place)).rejects.toThrow(/^These tables are not whole: a restore/);
    expect((await runMgmt(['cleanup', '--all', '--yes'], place)).out).toMatch(/^Deleted 1 rows\.$/m);
    await withTables(async ({ manager }) => {
      expect(await manager.count(FLOW_TAGS.whole.name)).toBe(0);
    }, place);
  });

  it('say in one line what to do about what they do not take', async () => {
    const refusals: [string[], RegExp][] = [
      [['cleanup', 'flow', '--yes'], /^There is no table "flow"\. The tables are .+flows.+\n$/],
      [['cleanup', 'flows', '--all'], /^Name the tables to clean up, or pass --all/],
      [['cleanup', 'segments', '--older-than', '1d'], /^Rows of segments are not deleted by age/],
      [['migrate', '--to', 'vast', '--target-env', '/nowhere'], /^The file of --target-env: ENOENT: .*nowhere/],
      [['verify', '--only', 'everything'], /^error: option '--only <checks\.\.\.>' argument 'everything' is invalid/],
      [['projections', 'status'], /^Projections are for TABLE_ENGINE=vast/],
    ];
    const results = await Promise.all(refusals.map(([args]) => mgmt(...args)));
    for (const [index, [, message]] of refusals.entries()) {
      expect(results[index]?.err).toMatch(message);
      expect(results[index]?.code).toBe(2);
    }
  });

  it('make no tables where there are none', async () => {
    const elsewhere = { DATA_DIR: join(dataDir, 'elsewhere') };
    expect(await runMgmt(['version'], elsewhere)).toMatchObject({ code: 0, err: '' });
    const { code, err } = await runMgmt(['status'], elsewhere);
    expect(code).toBe(2);
    expect(err).toMatch(/^There are no tables at .+: set DATA_DIR/);
    const checked = await checkServer(elsewhere);
    expect(checked.map(({ ok, detail }) => [ok, detail])).toEqual([
      [true, expect.stringMatching(/tables\.sqlite is not there yet: the server makes it/)],
      [true, expect.stringMatching(/media is not there yet: the server makes it/)],
    ]);
    expect(await readdir(dataDir)).not.toContain('elsewhere');
  });

  it('are all there, each in the help and by itself', async () => {
    const files = globSync(['mgmt/commands/*.ts', 'src/features/*/commands/*-command.ts']);
    const names = files.map((file) => basename(file).replace(/(-command)?\.ts$/, ''));
    const help = await mgmt('--help');
    const shown = [...help.out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(shown.filter((name) => name !== 'help').sort()).toEqual(names.sort());
    expect((await mgmt('stat')).err).toMatch(/Did you mean status/);
    expect((await mgmt('help', 'verify')).out).toBe((await mgmt('verify', '--help')).out);
  });
});

describe('on a cluster', () => {
  it('projections are shown, dropped and made again', async () => {
    const projections = (...args: string[]): Promise<Result> => runMgmt(['projections', ...args], places.vast);
    const shown = async (): Promise<unknown[]> => jsonLines((await projections('status', 'segments', '--json')).out);
    const enabled = ['by_object_id', 'by_init_object_id'].map((projection): unknown =>
      expect.objectContaining({ table: 'segments', projection, enabled: true, initialSyncPercent: 100 }),
    );
    expect(await shown()).toEqual(enabled);
    const each = (change: string): string =>
      `segments: by_object_id ${change}\nsegments: by_init_object_id ${change}\n`;
    expect((await projections('disable', 'segments')).out).toBe(each('disabled'));
    expect(await statusOf(places.vast, 'segments')).toMatchObject({
      missing_indexes: ['by_object_id', 'by_init_object_id'],
    });
    expect((await projections('enable')).out).toBe(each('enabled'));
    expect(await shown()).toEqual(enabled);
  });

  it('check tells which endpoint does not answer', async () => {
    const endpoints = `${places.vast['VAST_ENDPOINTS'] ?? ''},http://127.0.0.1:9`;
    const failed = (await checkServer({ ...places.vast, VAST_ENDPOINTS: endpoints })).filter(({ ok }) => !ok);
    expect(failed).toEqual([expect.objectContaining({ check: 'endpoint http://127.0.0.1:9' })]);
  });
});

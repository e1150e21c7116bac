import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIT_LOG } from '../../../src/stores/auth-store/tables.ts';
import { FLOW_TAGS, LEASES } from '../../../src/stores/vast-store/tables.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { checkServer } from '../../../mgmt/checks.ts';
import { deleteRows, rowsToClean } from '../../../mgmt/tables/cleanup.ts';
import { engineVersion } from '../../../mgmt/tables/engine-version.ts';
import { openEngine, type OpenedEngine, withEngine, withTables } from '../../../mgmt/tables/open-tables.ts';
import { type TableStatus, tableStatuses } from '../../../mgmt/tables/table-status.ts';
import { loadConfig } from '../../../src/config.ts';
import { ensureTables } from '../../../src/vastdb/schema/evolution.ts';
import { FILLING_TABLES } from '../../../src/vastdb/schema/half-filled.ts';
import { jsonLines, runMgmt, type Result } from './support/run-mgmt.ts';

// Each command is a process that loads all of the server, a second of work; on a busy machine it takes several.
vi.setConfig({ testTimeout: 120_000 });

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
  for (const env of Object.values(places)) servers.push(await startTestServer({ dataDir, env }));
});
afterAll(async () => {
  for (const each of servers) await each.close();
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

const mgmt = (...args: string[]): Promise<Result> => runMgmt(args, places.sqlite);

const onEngine = <T>(kind: 'sqlite' | 'vast', work: (opened: OpenedEngine) => Promise<T>): Promise<T> =>
  withEngine(work, places[kind]);

const statusOf = (kind: 'sqlite' | 'vast', name: string): Promise<TableStatus | undefined> =>
  onEngine(kind, async ({ engine, definitions }) =>
    (await tableStatuses(engine, definitions)).find(({ table }) => table === name),
  );

/** Rows of the audit log, some of which are old. */
async function addAuditRows(kind: 'sqlite' | 'vast', agesDays: readonly number[]): Promise<void> {
  const rows = agesDays.map((days) => [BigInt(Date.now() - days * DAY_MS), 'login', 1n]);
  await onEngine(kind, ({ engine }) =>
    engine.transaction((tx) => tx.insert(AUDIT_LOG.name, ['at_ms', 'event', 'count'], rows)),
  );
}

describe.each(['sqlite', 'vast'] as const)('on %s, beside a running server', (kind) => {
  it('status knows every table of a server, and finds nothing missing', async () => {
    const statuses = await onEngine(kind, ({ engine, definitions }) => tableStatuses(engine, definitions));
    expect(statuses.filter(({ state }) => state !== 'current')).toEqual([]);
    expect(statuses.map(({ table }) => table)).toEqual(expect.arrayContaining(['flows', 'exr_files', 'search_jobs']));
  });

  it('status shows what a table lacks, and changes nothing; refresh makes it', async () => {
    expect(await statusOf(kind, LEASES.name)).toMatchObject({ state: 'current', columns: 3, missing_indexes: [] });
    // As an earlier version left the table: without a column, and without its index.
    const columns = FLOW_TAGS.columns.filter(({ name }) => name !== 'value');
    await onEngine(kind, async ({ engine }) => {
      await engine.dropTable(FLOW_TAGS.name);
      await engine.createTable({ name: FLOW_TAGS.name, columns });
    });
    const first = await statusOf(kind, FLOW_TAGS.name);
    expect(first).toMatchObject({ state: 'outdated', columns: 2, missing_columns: ['value'] });
    expect(first?.missing_indexes).not.toEqual([]);
    expect(await statusOf(kind, FLOW_TAGS.name)).toEqual(first);

    const report = await onEngine(kind, ({ engine, definitions }) => ensureTables(engine, definitions));
    expect(report.addedColumns).toEqual([{ table: FLOW_TAGS.name, columns: ['value'] }]);
    expect(await statusOf(kind, FLOW_TAGS.name)).toMatchObject({ missing_columns: [], missing_indexes: [] });
  });

  it('cleanup deletes the rows that are older, and nothing else', async () => {
    await addAuditRows(kind, [40, 31, 29, 0]);
    const cleaned = await withTables(({ manager }) => {
      const where = rowsToClean(AUDIT_LOG.name, Date.now() - 30 * DAY_MS);
      return deleteRows(manager, AUDIT_LOG.name, where, () => undefined);
    }, places[kind]);
    expect(cleaned).toBe(2);
    expect(await statusOf(kind, AUDIT_LOG.name)).toMatchObject({ rows: 2 });
  });

  it('check tries everything that the server needs, and keeps nothing of it', async () => {
    const before = await statusOf(kind, 'counters');
    const results = await checkServer(places[kind]);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    const names = results.map(({ check }) => check);
    expect(names).toEqual(expect.arrayContaining(['tables: open', 'tables: read', 'tables: write']));
    expect(names.some((name) => name.startsWith('endpoint http'))).toBe(kind === 'vast');
    expect(await statusOf(kind, 'counters')).toEqual(before);
  });

  it('the version of the database is known', async () => {
    expect(await onEngine(kind, ({ engine }) => engineVersion(engine))).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('commands that destroy', () => {
  it('show what would go, and do nothing without --yes where nobody can be asked', async () => {
    await addAuditRows('sqlite', [90, 90, 90]);
    const rows = (await statusOf('sqlite', AUDIT_LOG.name))?.rows;
    const [dry, cleanup, recreate] = await Promise.all([
      mgmt('cleanup', 'audit_log', '--older-than', '60d', '--dry-run'),
      mgmt('cleanup', 'audit_log', '--older-than', '60d'),
      mgmt('recreate', 'audit_log'),
    ]);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^audit_log +3$/m);
    expect(cleanup.code).toBe(2);
    expect(cleanup.err).toMatch(/3 rows, for good\. Nothing was done: add --yes/);
    expect(recreate.code).toBe(2);
    expect(recreate.err).toMatch(/This drops the table audit_log with all its \d rows/);
    expect(await statusOf('sqlite', AUDIT_LOG.name)).toMatchObject({ rows });
    expect((await mgmt('recreate', 'audit_log', '--yes')).code).toBe(0);
    expect(await statusOf('sqlite', AUDIT_LOG.name)).toMatchObject({ rows: 0, state: 'current' });
  });

  it('make and change nothing in a dry run; all rows deleted, tables that were half filled may be used', async () => {
    const place = { DATA_DIR: join(dataDir, 'bare') };
    const onPlace = async <T>(work: (opened: OpenedEngine) => Promise<T>): Promise<T> => {
      const opened = await openEngine(loadConfig(place), true);
      return work(opened).finally(() => opened.engine.close());
    };
    const mark = { name: FILLING_TABLES.restore, columns: [{ name: 'restoring', type: 'string' }] } as const;
    await onPlace(async ({ engine }) => {
      for (const table of [FLOW_TAGS, mark]) await engine.createTable(table);
      await engine.transaction((tx) => tx.insert(FLOW_TAGS.name, ['owner_id', 'name', 'value'], [['a', 'b', 'c']]));
    });
    const dry = await runMgmt(['cleanup', '--all', '--dry-run'], place);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^flow_tags +1$/m);
    expect(await onPlace(({ engine }) => engine.listTables())).toEqual([mark.name, FLOW_TAGS.name]);

    await expect(withTables(async () => undefined, place)).rejects.toThrow(/^These tables are not whole: a restore/);
    expect((await runMgmt(['cleanup', '--all', '--yes'], place)).out).toMatch(/^Deleted 1 rows\.$/m);
    await withTables(async ({ manager }) => {
      expect(await manager.count(FLOW_TAGS.name)).toBe(0);
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
    const files = await readdir(new URL('../../../mgmt/commands', import.meta.url));
    const names = files.map((file) => file.replace('.ts', ''));
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
    const enabled = { table: 'segments', projection: 'by_object_id', enabled: true, initialSyncPercent: 100 };
    expect(await shown()).toEqual([expect.objectContaining(enabled)]);
    expect((await projections('disable', 'segments')).out).toBe('segments: by_object_id disabled\n');
    expect(await statusOf('vast', 'segments')).toMatchObject({ missing_indexes: ['by_object_id'] });
    expect((await projections('enable')).out).toBe('segments: by_object_id enabled\n');
    expect(await shown()).toEqual([expect.objectContaining(enabled)]);
  });

  it('check tells which endpoint does not answer', async () => {
    const endpoints = `${places.vast['VAST_ENDPOINTS'] ?? ''},http://127.0.0.1:9`;
    const failed = (await checkServer({ ...places.vast, VAST_ENDPOINTS: endpoints })).filter(({ ok }) => !ok);
    expect(failed).toEqual([expect.objectContaining({ check: 'endpoint http://127.0.0.1:9' })]);
  });
});

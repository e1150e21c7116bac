import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MIGRATION_LEDGER } from '../../../mgmt/migrate/migration-ledger.ts';
import { openEngine, withTables } from '../../../mgmt/tables/open-tables.ts';
import { sumTable, type TableSum, tablesToCopy } from '../../../mgmt/tables/table-sum.ts';
import { loadConfig } from '../../../src/config.ts';
import { EXR_FILES } from '../../../src/stores/exr-store/tables.ts';
import { OBJECTS, SEGMENTS } from '../../../src/stores/vast-store/tables.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { openManager } from '../../../mgmt/tables/open-tables.ts';
import { fillTables, onTables } from './support/filled-tables.ts';
import { jsonLines, runMgmt, startMgmt } from './support/run-mgmt.ts';

const ROWS = 20_000;
/** The source is put together in transactions of so many. */
const BATCH = 5000;

let folder: string;
let emulator: VastEmulator;
let source: Record<string, string>;
let target: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-migrate-'));
  emulator = await startVastEmulator({ schema: 'tams', transactionSilenceMs: 2000 });
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  source = { DATA_DIR: join(folder, 'source') };
  target = {
    TABLE_ENGINE: 'vast',
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: 'tams',
    SECRET_KEY: 'the secret of all replicas in these tests',
  };
  await writeFile(join(folder, 'target.env'), toText(target));
  await writeFile(
    join(folder, 'back.env'),
    toText({ DATA_DIR: join(folder, 'back'), TABLE_ENGINE: 'sqlite', SECRET_KEY: target['SECRET_KEY'] ?? '' }),
  );
  await fillSource();
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

const toText = (env: Record<string, string>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

async function fillSource(): Promise<void> {
  const { manager } = await openManager(await openEngine(loadConfig(source), true));
  const columns = ['flow_id', 'start_ns', 'end_ns', 'object_id', 'locations', 'external_urls', 'fragment'];
  for (let start = 0; start < ROWS / 2; start += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, index) => start + index);
    const segments = numbers.map((n) => ['flow', BigInt(n), BigInt(n + 1), `object-${n}`, null, null, `{"n":"ä${n}"}`]);
    const objects = numbers.map((n) => [`object-${n}`, 'flow', true, false]);
    await manager.transaction(async (tx) => {
      await tx.insertArrays(SEGMENTS.name, columns, segments);
      await tx.insertArrays(OBJECTS.name, ['id', 'first_flow', 'referenced', 'reclaiming'], objects);
    });
  }
  await manager.close();
  // Of every table something.
  await fillTables(source['DATA_DIR'] ?? '', 1);
}

const sums = (env: Record<string, string>): Promise<Record<string, TableSum>> =>
  withTables(async ({ engine, definitions, manager }) => {
    const entries = [];
    for (const table of await tablesToCopy(engine, definitions)) {
      entries.push([table.name, await sumTable(manager.reader('background'), table, () => undefined)] as const);
    }
    return Object.fromEntries(entries);
  }, env);

/** Waits until so many rows are in the target's table, as its emulated cluster counts them. */
async function untilCopied(table: string, rows: number): Promise<void> {
  await withTables(async ({ engine, manager }) => {
    for (;;) {
      if ((await engine.describeTable(table)) !== undefined && (await manager.count(table)) >= rows) return;
      await pause(10);
    }
  }, target);
}

const migrate = (...more: string[]): string[] => [
  'migrate',
  '--to',
  'vast',
  '--target-env',
  join(folder, 'target.env'),
  ...more,
];

it('says before anything is copied which cells the target does not take', async () => {
  const long = { DATA_DIR: join(folder, 'long') };
  const columns = ['id', 'first_flow', 'referenced', 'reclaiming', 'external_urls'];
  const rows = [130_000, 126_000, 140_000].map((bytes) => [`object-${bytes}`, 'flow', true, false, 'x'.repeat(bytes)]);
  await onTables(long, async ({ engine, manager }) => {
    await manager.transaction((tx) => tx.insertArrays(OBJECTS.name, columns, rows));
    await engine.createTable({ name: 'of_tomorrow', columns: [{ name: 'id', type: 'string' }] });
  });
  const { code, err } = await runMgmt(migrate(), long);
  expect(code).toBe(1);
  expect(err.split('\n')).toEqual([
    'Not copied, since this version does not know them: of_tomorrow',
    'Nothing was copied: the target takes cells of at most 126000 bytes. Make these shorter by the API, or delete them:',
    'objects.external_urls of the row with id object-130000: 130000 bytes',
    'objects.external_urls of the row with id object-140000: 140000 bytes',
    '',
  ]);
});

it(
  'copies every row once, although it is killed twice on the way and the source changes in between',
  { timeout: 300_000 },
  async () => {
    const latency = emulator.faults.latency({ ms: 15 });
    for (const [table, rows] of [
      [SEGMENTS.name, 4000],
      [OBJECTS.name, 4000],
    ] as const) {
      const { child, result } = startMgmt(migrate(), source);
      await untilCopied(table, rows);
      child.kill('SIGKILL');
      expect((await result).code, 'it was killed before its end').toBeNull();
      const copied = await withTables(({ manager }) => manager.count(table), target);
      expect(copied).toBeGreaterThanOrEqual(rows);
      expect(copied).toBeLessThan(ROWS / 2);
    }
    latency();
    // Not the first rows any more that were copied: that table is begun anew.
    await onTables(source, ({ manager }) =>
      manager.transaction((tx) => tx.delete(SEGMENTS.name, eq('object_id', 'object-7'))),
    );
    const { code, out, err } = await runMgmt(migrate('--json'), source);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(jsonLines(out).every(({ same }) => same === true)).toBe(true);
    const copied = await sums(target);
    expect(copied).toEqual(await sums(source));
    expect(copied[SEGMENTS.name]?.rows).toBe(ROWS / 2);
    expect(copied[EXR_FILES.name]?.rows).toBe(1);
    await withTables(async ({ engine }) => {
      expect(await engine.describeTable(MIGRATION_LEDGER.name), 'its progress is forgotten').toBeUndefined();
    }, target);

    const again = await runMgmt(migrate(), source);
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/^The target has rows already, in .+: migrate into tables that are empty\.\n$/);

    const back = await runMgmt(['migrate', '--to', 'sqlite', '--target-env', join(folder, 'back.env')], {
      ...target,
      DATA_DIR: source['DATA_DIR'] ?? '',
    });
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(await sums({ DATA_DIR: join(folder, 'back') })).toEqual(copied);
  },
);

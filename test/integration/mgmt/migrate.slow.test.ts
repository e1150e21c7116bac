import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate as migrateTables } from '../../../mgmt/migrate/migrate.ts';
import { type Progress, SILENT } from '../../../mgmt/progress.ts';
import { MIGRATION_LEDGER } from '../../../mgmt/tables/fill-ledger.ts';
import { openEngine, openManager, withEngine, withTables } from '../../../mgmt/tables/open-tables.ts';
import { loadConfig } from '../../../src/settings.ts';
import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { SEGMENTS } from '../../../src/tams/segments/segment-tables.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { fillTables, onTables } from './support/filled-tables.ts';
import { jsonLines, runMgmt, startMgmt } from './support/run-mgmt.ts';
import { tableDigests } from './support/table-digests.ts';

/** `MIGRATE_ROWS=1000000` shows at full length what every run shows at this one; see docs/benchmarks.md. */
const ROWS = Number(process.env.MIGRATE_ROWS ?? 20_000);
/** The source is put together in transactions of so many. */
const BATCH = 5000;
/** Five minutes are for a busy machine; a million rows take longer. */
const PATIENCE_MS = Math.max(300_000, 4 * ROWS);

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
}, PATIENCE_MS);
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
    const numbers = Array.from({ length: Math.min(BATCH, ROWS / 2 - start) }, (_, index) => start + index);
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

/** Waits until so many rows are in the target's table, as its emulated cluster counts them. */
const untilCopied = (table: string, rows: number): Promise<void> =>
  withEngine(async ({ engine }) => {
    while ((await countOf(engine, table)) < rows) await pause(10);
  }, target);

async function countOf(engine: TableEngine, table: string): Promise<number> {
  const isThere = (await engine.describeTable(table)) !== undefined;
  return isThere ? engine.reader('background').count(table) : 0;
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
  expect(code).toBe(2);
  expect(err.split('\n')).toEqual([
    'Not copied, since this version does not know them: of_tomorrow',
    'Nothing was copied: the target takes cells of at most 126000 bytes. Make these shorter by the API, or delete them:',
    'objects.external_urls of the row with id object-130000: 130000 bytes',
    'objects.external_urls of the row with id object-140000: 140000 bytes',
    '',
  ]);
});

it('copies a table again that differs at the end, though its rows are as many', async () => {
  const [from, to] = [{ DATA_DIR: join(folder, 'equal') }, { DATA_DIR: join(folder, 'changed') }];
  const rows = ['a', 'b'].map((id) => ({ id, first_flow: 'flow', referenced: true, reclaiming: false }));
  await onTables(from, ({ manager }) => manager.transaction((tx) => tx.insert(OBJECTS, rows)));
  const differing = (start: Progress['start'] = () => undefined): Promise<string[]> =>
    withTables(
      async (opened) =>
        migrateTables(opened, await openEngine(loadConfig(to), true), { ...SILENT, start }, () => undefined),
      from,
    );
  /** Ends a run before it compares, and changes what it copied. */
  const change = async (): Promise<void> => {
    const ended = differing((step) => {
      if (step.startsWith('compare')) throw new Error('it ended before it compared');
    });
    await expect(ended).rejects.toThrow('it ended before it compared');
    const { manager } = await openManager(await openEngine(loadConfig(to)), { halfFilled: true });
    await manager.transaction((tx) => tx.update(OBJECTS, eq('id', 'a'), { first_flow: 'another' }));
    await manager.close();
  };
  await change();
  expect(await differing()).toEqual([OBJECTS.name]);
  await change();
  const file = new DatabaseSync(join(to.DATA_DIR, 'tables', 'tables.sqlite'));
  file.exec(`CREATE TRIGGER t BEFORE DELETE ON ${OBJECTS.name} BEGIN SELECT RAISE(FAIL, 'it stays full'); END`);
  await writeFile(join(folder, 'changed.env'), toText(to));
  const failed = await runMgmt(['migrate', '--to', 'sqlite', '--target-env', join(folder, 'changed.env')], from);
  expect(failed).toMatchObject({ code: 2, err: expect.stringContaining('it stays full') as string });
  expect(failed.out, 'what was compared is shown all the same').toMatch(/^objects +2 .* NO *$/m);
  file.exec('DROP TRIGGER t');
  file.close();
  expect(await differing()).toEqual([]);
  expect(await tableDigests(to)).toEqual(await tableDigests(from));
});

it(
  'copies every row once, although it is killed twice on the way and the source changes in between',
  { timeout: PATIENCE_MS },
  async () => {
    const latency = emulator.faults.latency({ ms: 15 });
    for (const table of [SEGMENTS.name, OBJECTS.name]) {
      const rows = ROWS / 5;
      const { child, result } = startMgmt(migrate(), source);
      await untilCopied(table, rows);
      child.kill('SIGKILL');
      expect((await result).code, 'it was killed before its end').toBeNull();
      const copied = await withEngine(({ engine }) => countOf(engine, table), target);
      expect(copied).toBeGreaterThanOrEqual(rows);
      expect(copied).toBeLessThan(ROWS / 2);
    }
    latency();
    await expect(
      withTables(async () => undefined, target),
      'no server takes half of it for the whole',
    ).rejects.toThrow(
      /^These tables are not whole: a migration into them has not come to its end\. Run `mgmt migrate`/,
    );
    // Not the first rows any more that were copied: that table is begun anew.
    await onTables(source, ({ manager }) =>
      manager.transaction((tx) => tx.delete(SEGMENTS.name, eq('object_id', 'object-7'))),
    );
    const { code, out, err } = await runMgmt(migrate('--json'), source);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(jsonLines(out).every(({ same }) => same === true)).toBe(true);
    const copied = await tableDigests(target);
    expect(copied).toEqual(await tableDigests(source));
    expect(copied[SEGMENTS.name]?.rows).toBe(ROWS / 2);
    expect(copied[EXR_FILES.name]?.rows).toBe(1);
    await withTables(async ({ engine }) => {
      expect(await engine.describeTable(MIGRATION_LEDGER.name), 'its progress is forgotten').toBeUndefined();
    }, target);

    const again = await runMgmt(migrate(), source);
    expect(again.code).toBe(2);
    expect(again.err).toMatch(/^The target has rows already, in .+: migrate into tables that are empty\.\n$/);

    const back = await runMgmt(['migrate', '--to', 'sqlite', '--target-env', join(folder, 'back.env')], {
      ...target,
      DATA_DIR: source['DATA_DIR'] ?? '',
    });
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(await tableDigests({ DATA_DIR: join(folder, 'back') })).toEqual(copied);
  },
);

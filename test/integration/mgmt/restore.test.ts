import { type FileHandle, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '../../../mgmt/backup/backup.ts';
import type { Manifest } from '../../../mgmt/backup/manifest.ts';
import { restore } from '../../../mgmt/backup/restore.ts';
import { SILENT } from '../../../mgmt/progress.ts';
import { openEngine, openManager, withEngine } from '../../../mgmt/tables/open-tables.ts';
import { loadConfig } from '../../../src/settings.ts';
import { EMBEDDINGS } from '../../../src/features/search/search-tables.ts';
import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { fillTables, onTables, rowCounts } from './support/filled-tables.ts';
import { jsonLines, type Result, startMgmt, startMgmtWithLimit, startServer } from './support/run-mgmt.ts';

const ROWS = 20_000;
/** Some transactions of a restore. */
const HALF = 10_000;

let folder: string;
let counts: Record<string, number>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-restore-'));
  await fillTables(at('data'), ROWS);
  counts = await rowCounts(at('data'));
  expect(counts).toMatchObject({ [OBJECTS.name]: ROWS, [EXR_FILES.name]: 1, [EMBEDDINGS.name]: 1 });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const at = (...names: string[]): string => join(folder, ...names);
const config = (name: string): ReturnType<typeof loadConfig> => loadConfig({ DATA_DIR: at(name) });
const KINDS = ['database', 'arrow'] as const;

/** Makes a backup, and the tables of a data directory that it is not to touch. */
async function prepare(name: string, kind: (typeof KINDS)[number]): Promise<{ backup: string; place: string }> {
  await backUp(config('data'), { to: at(`${name}-backup`), kind, listMedia: false }, SILENT);
  await fillTables(at(name), 3);
  return { backup: at(`${name}-backup`), place: name };
}

const into = (place: string, from: string, replace = true): Promise<Manifest> =>
  restore(config(place), { from, replace }, SILENT);

async function changeManifest(backup: string, change: (text: string) => string): Promise<void> {
  const file = join(backup, 'manifest.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

describe.each(KINDS)('a restore of a backup as %s', (kind) => {
  it('has every table, and keeps what it replaced beside it', async () => {
    const { backup, place } = await prepare(`all-${kind}`, kind);
    await expect(into(place, backup, false)).rejects.toThrow(/is there already\. Restore to an empty place, or with/);
    await into(place, backup);
    expect(await rowCounts(at(place))).toEqual(counts);
    const aside = (await readdir(at(place, 'tables'))).filter((name) => name.includes('.before-restore-'));
    expect(aside).toHaveLength(1);
  });

  it('is refused while a server uses what it would replace', async () => {
    const { backup, place } = await prepare(`used-${kind}`, kind);
    await onTables({ DATA_DIR: at(place) }, async () => {
      await expect(into(place, backup)).rejects.toThrow(
        /tables\.sqlite is in use by .+ Nothing was done: stop the server, if it is one\. \(database is locked/,
      );
    });
    expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
  });

  it('is refused, with nothing touched, where a file of the backup was cut off or altered', async () => {
    const { backup, place } = await prepare(`damaged-${kind}`, kind);
    const name = kind === 'database' ? 'tables.sqlite' : `tables/${OBJECTS.name}.arrow`;
    await alter(join(backup, name));
    await expect(into(place, backup)).rejects.toThrow(`The backup is damaged: ${name} is not as it was written.`);
    await truncate(join(backup, name), 5000);
    await expect(into(place, backup)).rejects.toThrow(`The backup is damaged: ${name} is not as it was written.`);
    expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
  });

  it('that is killed leaves what was there, and can be repeated', async () => {
    const { backup, place } = await prepare(`killed-${kind}`, kind);
    const { child, result } = startMgmt(['restore', backup, '--replace', '--yes'], { DATA_DIR: at(place) });
    await expect
      .poll(() => readdir(at(place, 'tables')), { interval: 1 })
      .toContainEqual(expect.stringContaining('.restored-'));
    child.kill('SIGKILL');
    expect((await result).code).toBeNull();
    expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
    await into(place, backup);
    expect(await rowCounts(at(place))).toEqual(counts);
  });
});

/** One letter of a text: SQLite itself finds nothing wrong with it. */
async function alter(file: string): Promise<void> {
  const position = (await readFile(file)).indexOf('object-777');
  const handle: FileHandle = await open(file, 'r+');
  try {
    await handle.write('X', position);
  } finally {
    await handle.close();
  }
}

it('what a newer version had is refused before anything is deleted', async () => {
  const { backup, place } = await prepare('newer', 'arrow');
  await changeManifest(backup, (text) => text.replace('"name": "first_flow"', '"name": "last_flow"'));
  await expect(into(place, backup)).rejects.toThrow('This version knows no column objects.last_flow.');
  await changeManifest(backup, (text) => text.replace('"name": "objects"', '"name": "subjects"'));
  await expect(into(place, backup)).rejects.toThrow('This version knows no table subjects.');
  await changeManifest(backup, (text) => text.replace('"version": 1', '"version": 2'));
  await expect(into(place, backup)).rejects.toThrow('that this version (format 1) can restore');
  expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
});

it('on a full disk, a backup leaves nothing behind, and a restore leaves what was there', async () => {
  const { backup, place } = await prepare('full', 'database');
  const limited = (args: string[], dataDir: string): Promise<Result> =>
    startMgmtWithLimit(500, args, { DATA_DIR: dataDir }).result;
  const failed = await limited(['backup', at('never')], at('data'));
  expect(failed).toMatchObject({ code: 2, out: '' });
  expect(failed.err).toMatch(/^disk I\/O error|no space left/);
  expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([]);

  const restored = await limited(['restore', backup, '--replace', '--yes'], at(place));
  expect(restored).toMatchObject({ code: 2, out: '' });
  expect(restored.err).toMatch(/EFBIG/);
  expect(await readdir(at(place, 'tables'))).toEqual(['tables.sqlite']);
  expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
});

it('Ctrl-C leaves nothing of a backup, nor of a restore', async () => {
  const { backup, place } = await prepare('broken-off', 'arrow');
  const ends: [string[], string, string, string][] = [
    [['backup', at('unwanted'), '--as', 'arrow'], 'data', folder, '.unwanted.partial-'],
    [['restore', backup, '--replace', '--yes'], place, at(place, 'tables'), '.restored-'],
  ];
  for (const [args, data, where, draft] of ends) {
    const { child, result } = startMgmt(args, { DATA_DIR: at(data) });
    const drafts = async (): Promise<string[]> => (await readdir(where)).filter((name) => name.startsWith(draft));
    await expect.poll(drafts, { interval: 5 }).toHaveLength(1);
    child.kill('SIGINT');
    expect(await result).toEqual({ code: 130, out: '', err: '' });
    expect(await drafts()).toEqual([]);
  }
  expect(await rowCounts(at(place))).toMatchObject({ [OBJECTS.name]: 3 });
});

const onCluster = ({ endpoints, accessKey, secretKey, bucket }: VastEmulator): Record<string, string> => ({
  TABLE_ENGINE: 'vast',
  VAST_ENDPOINTS: endpoints.join(','),
  VAST_ACCESS_KEY: accessKey,
  VAST_SECRET_KEY: secretKey,
  VAST_BUCKET: bucket,
  VAST_SCHEMA: 'tams',
  SECRET_KEY: 'the secret of all replicas in these tests',
});

it('nothing believes a cluster that a killed restore left half filled; another restore goes on from there', async () => {
  const emulator = await startVastEmulator({ schema: 'tams', endpoints: 2 });
  try {
    const env = { ...onCluster(emulator), DATA_DIR: at('replica') };
    await fillTables(at('half'), HALF);
    await backUp(config('half'), { to: at('half-backup'), kind: 'arrow', listMedia: false }, SILENT);
    const { child, result } = startMgmt(['restore', at('half-backup')], env);
    await withEngine(async ({ engine }) => {
      const begun = async (): Promise<boolean> =>
        (await engine.describeTable(OBJECTS.name)) !== undefined && (await engine.reader().count(OBJECTS.name)) > 0;
      await expect.poll(begun, { interval: 5 }).toBe(true);
      child.kill('SIGKILL');
      expect((await result).code, 'it was killed before its end').toBeNull();
    }, env);

    const whole = /These tables are not whole: a restore into them has not come to its end\. Run `mgmt restore` again/;
    const [server, verify, status] = [startServer(env), startMgmt(['verify'], env), startMgmt(['status'], env)];
    for (const refused of [server, verify]) expect((await refused.result).err).toMatch(whole);
    expect(await status.result).toMatchObject({ code: 1, err: expect.stringMatching(whole) as string });
    const backup = backUp(loadConfig(env), { to: at('never'), kind: 'arrow', listMedia: false }, SILENT);
    await expect(backup).rejects.toThrow(whole);

    emulator.requests.clear();
    // The first commits are done, and their answers are lost: their rows must not be inserted again.
    emulator.faults.add({ kind: 'drop-after', operation: 'transaction.commit', times: 3 });
    const again = await startMgmt(['restore', at('half-backup')], env).result;
    expect(again).toMatchObject({ code: 0, err: '' });
    const deletes = emulator.requests.entries.filter(({ operation }) => operation === 'rows.delete');
    expect(deletes.filter(({ url }) => url.includes(`/${OBJECTS.name}`))).toEqual([]);
    const after = await startMgmt(['status', '--json'], env).result;
    expect(after.code).toBe(0);
    expect(jsonLines(after.out)).toContainEqual(expect.objectContaining({ table: OBJECTS.name, rows: HALF }));
  } finally {
    await emulator.close();
  }
});

it('a restore of another backup than the one that was broken off leaves nothing of that one', async () => {
  const emulator = await startVastEmulator({ schema: 'tams' });
  try {
    const cluster = loadConfig({ ...onCluster(emulator), DATA_DIR: at('other-replica') });
    for (const [name, objects] of [
      ['one', HALF],
      ['other', 30],
    ] as const) {
      await fillTables(at(name), objects);
      await backUp(config(name), { to: at(`${name}-backup`), kind: 'arrow', listMedia: false }, SILENT);
    }
    const refuse = emulator.faults.add({ kind: 'error', status: 400, operation: 'rows.insert', after: 60 });
    const brokenOff = restore(cluster, { from: at('one-backup'), replace: false }, SILENT);
    await expect(brokenOff).rejects.toMatchObject({ kind: 'invalid' });
    refuse();
    await restore(cluster, { from: at('other-backup'), replace: false }, SILENT);
    await backUp(cluster, { to: at('other-again'), kind: 'arrow', listMedia: false }, SILENT);
    await restore(config('other-back'), { from: at('other-again'), replace: false }, SILENT);
    expect(await rowCounts(at('other-back'))).toEqual(await rowCounts(at('other')));
  } finally {
    await emulator.close();
  }
});

it('a table that somebody changed during a restore is filled anew by the next one', async () => {
  const emulator = await startVastEmulator({ schema: 'tams' });
  try {
    const cluster = loadConfig({ ...onCluster(emulator), DATA_DIR: at('changed-replica') });
    await fillTables(at('changed'), 30);
    await backUp(config('changed'), { to: at('changed-backup'), kind: 'arrow', listMedia: false }, SILENT);
    const again = () => restore(cluster, { from: at('changed-backup'), replace: false }, SILENT);
    const keepMark = emulator.faults.add({ kind: 'error', status: 400, operation: 'table.drop' });
    await expect(again()).rejects.toMatchObject({ kind: 'invalid' });
    keepMark();
    const { manager } = await openManager(await openEngine(cluster), { halfFilled: true });
    await manager.transaction((tx) => tx.update(OBJECTS, eq('id', 'object-1'), { referenced: false }));
    await manager.close();
    await expect(again()).rejects.toThrow('These tables are not as they were backed up: objects.');
    await again();
    await onTables(onCluster(emulator), async (opened) => {
      expect(await opened.manager.count(OBJECTS, eq('referenced', true))).toBe(30);
    });
  } finally {
    await emulator.close();
  }
});

it('a backup as arrow goes to a cluster, and back', async () => {
  const emulator = await startVastEmulator({ schema: 'tams' });
  try {
    const cluster = loadConfig(onCluster(emulator));
    await fillTables(at('small'), 50);
    await backUp(config('small'), { to: at('embedded'), kind: 'arrow', listMedia: false }, SILENT);
    await restore(cluster, { from: at('embedded'), replace: false }, SILENT);
    const again = { from: at('embedded'), replace: false };
    await expect(restore(cluster, again, SILENT)).rejects.toThrow(/^There are rows already, in .*objects/);

    await backUp(cluster, { to: at('clustered'), kind: 'arrow', listMedia: false }, SILENT);
    await restore(cluster, { from: at('clustered'), replace: true }, SILENT);
    await restore(config('back'), { from: at('clustered'), replace: false }, SILENT);
    expect(await rowCounts(at('back'))).toEqual(await rowCounts(at('small')));
  } finally {
    await emulator.close();
  }
});

import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../src/config.ts';
import type { Cell } from '../../src/vastdb/engine.ts';
import { checkDatabase } from '../../src/vastdb/engines/sqlite/database-copy.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
import { readArrowFile } from '../../src/vastdb/transfer/arrow-file-reader.ts';
import { BATCH_LEDGER } from '../../src/vastdb/mutation/batch-ledger.ts';
import { EMBEDDINGS, searchTables } from '../../src/stores/search-store/tables.ts';
import { LEASES } from '../../src/stores/vast-store/tables.ts';
import type { Progress } from '../progress.ts';
import { deleteRows } from '../tables/cleanup.ts';
import { databaseFile, type OpenedTables, openEngine, openManager } from '../tables/open-tables.ts';
import { sumTable, tablesToCopy } from '../tables/table-sum.ts';
import { DATABASE_FILE, SECRET_FILE } from './backup.ts';
import { checkFiles } from './file-hash.ts';
import { isThere, syncFolder } from './folders.ts';
import { type Manifest, readManifest, type TableEntry } from './manifest.ts';

export interface RestoreOptions {
  readonly from: string;
  /** Whether what is there goes. */
  readonly replace: boolean;
}

/** Rows of a transaction. */
const BATCH_ROWS = 4000;
const OF_PROCESSES: ReadonlySet<string> = new Set([LEASES.name, BATCH_LEDGER.name]);

/**
 * Puts the tables of a backup in place of the configured server's, which must not run. All of the backup is checked
 * before anything is written, and the tables are compared with it afterwards.
 *
 * @throws where something is there and is not to be replaced, and where the backup is damaged.
 */
export async function restore(config: Config, options: RestoreOptions, progress: Progress): Promise<Manifest> {
  const manifest = await readManifest(options.from);
  await checkFiles(options.from, [...manifest.files, ...manifest.tables.flatMap(({ file }) => file ?? [])]);
  await checkSecret(config, options);
  try {
    if (manifest.kind === 'database') await restoreDatabase(config, options);
    else await restoreTables(config, manifest, options, progress);
  } finally {
    progress.stop();
  }
  await restoreSecret(config, options);
  return manifest;
}

/** A present database is not lost: it is renamed. */
async function restoreDatabase(config: Config, { from, replace }: RestoreOptions): Promise<void> {
  if (config.tables.engine !== 'sqlite') {
    throw new Error('This backup is a file of the embedded engine: restore it there, then migrate.');
  }
  const file = databaseFile(config.dataDir);
  if ((await isThere(file)) && !replace) throw taken(file);
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.restored-${process.pid}`);
  try {
    await copyFile(join(from, DATABASE_FILE), draft);
    const problems = checkDatabase(draft);
    if (problems.length > 0) throw new Error(`The backup is damaged: ${problems.join('; ')}. Nothing was restored.`);
    const aside = `.before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (await isThere(file + suffix)) await rename(file + suffix, `${file}${aside}${suffix}`);
    }
    await rename(draft, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function restoreTables(
  config: Config,
  { tables }: Manifest,
  { from, replace }: RestoreOptions,
  progress: Progress,
): Promise<void> {
  const engine = await openEngine(config, true);
  // Those of media search are known by the dimension of the vectors that are to be restored.
  const vectors = tables
    .find(({ name }) => name === EMBEDDINGS)
    ?.columns.find(({ dimension }) => dimension !== undefined);
  const opened = await openManager(engine, vectors?.dimension === undefined ? [] : searchTables(vectors.dimension));
  try {
    await clear(opened, tables, replace);
    for (const table of tables) {
      progress.start(`restore ${table.name}`, table.rows);
      await restoreTable(opened, from, table, progress);
    }
    const restored = new Map((await tablesToCopy(opened.engine, tables)).map((table) => [table.name, table.columns]));
    for (const { name, columns, rows, checksum } of tables) {
      if (!restored.has(name))
        throw new Error(`This version has no table ${name}; restore with the version that has it.`);
      const names = columns.map((column) => column.name);
      const sum = await sumTable(opened.manager.reader('background'), { name, columns: names }, () => undefined);
      if (sum.rows === rows && sum.checksum === checksum) continue;
      throw new Error(
        `The table ${name} is not as it was backed up: is a server running on it? Restore with --replace.`,
      );
    }
  } finally {
    await opened.manager.close();
  }
}

async function clear({ manager }: OpenedTables, tables: readonly TableEntry[], replace: boolean): Promise<void> {
  for (const name of manager.listTables()) {
    if (OF_PROCESSES.has(name)) continue;
    const isTaken = (await manager.count(name)) > 0;
    if (isTaken && !replace) throw taken(`The table ${name}`);
    if (isTaken) await deleteRows(manager, name, everyRow(), () => undefined);
  }
  const unknown = tables.find(({ name }) => !manager.listTables().includes(name));
  if (unknown !== undefined)
    throw new Error(`This version knows no table ${unknown.name}; use the version that made it.`);
}

async function restoreTable(
  { manager }: OpenedTables,
  from: string,
  { name, columns, file }: TableEntry,
  progress: Progress,
): Promise<void> {
  if (file === undefined) return;
  const names = columns.map((column) => column.name);
  for await (const batch of readArrowFile(join(from, file.path), names)) {
    for (let start = 0; start < batch.rowCount; start += BATCH_ROWS) {
      const length = Math.min(BATCH_ROWS, batch.rowCount - start);
      const rows = Array.from({ length }, (_, row): Cell[] => batch.columns.map((cells) => cells[start + row] ?? null));
      await manager.transaction((tx) => tx.insertArrays(name, names, rows), { lane: 'background' });
      progress.advance(length);
    }
  }
}

const taken = (what: string): Error =>
  new Error(`${what} has rows already. Restore to an empty place, or with --replace, which takes what is there away.`);

/** Looked at before anything is written. */
async function checkSecret({ dataDir, secretKey }: Config, { from, replace }: RestoreOptions): Promise<void> {
  const [kept, present] = await Promise.all([readIf(join(from, SECRET_FILE)), readIf(join(dataDir, SECRET_FILE))]);
  const used = secretKey ?? present;
  if (kept === undefined || used === undefined || used === kept || (replace && secretKey === undefined)) return;
  throw new Error(
    secretKey === undefined
      ? `The secret in ${dataDir} is not that of the backup: restore with --replace, which takes that of the backup.`
      : 'SECRET_KEY is not the secret of the backup: keys of webhooks could not be read. Unset it, or set it to secret.key of the backup.',
  );
}

async function restoreSecret({ dataDir, secretKey }: Config, { from }: RestoreOptions): Promise<void> {
  if (secretKey !== undefined || !(await isThere(join(from, SECRET_FILE)))) return;
  const draft = join(dataDir, `.${SECRET_FILE}-${process.pid}`);
  await mkdir(dataDir, { recursive: true });
  await copyFile(join(from, SECRET_FILE), draft);
  await rename(draft, join(dataDir, SECRET_FILE));
  await syncFolder(dataDir);
}

async function readIf(file: string): Promise<string | undefined> {
  return (await isThere(file)) ? (await readFile(file, 'utf8')).trim() : undefined;
}

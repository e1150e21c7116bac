import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../src/settings.ts';
import { checkDatabase, copyDatabase } from '../../src/vastdb/engines/sqlite/database-copy.ts';
import { checkFilled } from '../../src/vastdb/schema/half-filled.ts';
import type { Progress } from '../progress.ts';
import { checkDatabaseThere, databaseFile, type OpenedEngine, openEngine } from '../tables/open-tables.ts';
import { READ_AT_ONCE_ROWS, sumTable, tablesToCopy } from '../tables/table-sum.ts';
import { engineVersion, SERVER_VERSION } from '../version.ts';
import { isThere, sync, withDraft } from '../folders.ts';
import { describeFile, type FileEntry, type Manifest, type TableEntry, writeManifest } from './manifest.ts';
import type { ColumnBatch, ScanningReader } from '../../src/vastdb/engine.ts';
import { ArrowFileWriter } from '../../src/vastdb/transfer/arrow-file.ts';
import { RowChecksum } from '../../src/vastdb/transfer/row-checksum.ts';
import { nameUnknownTables } from '../tables/known-tables.ts';
import { openMediaStores } from '../../src/media/open-media.ts';
import type { MediaStores } from '../../src/media/media-store-registry.ts';

export const DATABASE_FILE = 'tables.sqlite';
export const SECRET_FILE = 'secret.key';
const MEDIA_LIST = 'media-files.txt';

interface BackupOptions {
  /** A folder that is made. */
  readonly to: string;
  readonly kind: Manifest['kind'];
  /** Whether the files of local media stores are listed. */
  readonly listMedia: boolean;
}

/**
 * Writes a backup of the configured server's tables, which may be in use. It is written beside its place and appears there
 * when it is whole and was checked.
 *
 * @returns what is in it.
 */
export async function backUp(config: Config, options: BackupOptions, progress: Progress): Promise<Manifest['tables']> {
  const to = resolve(options.to);
  if (await isThere(to)) throw new Error(`${to} is there already: name a folder that is to be made.`);
  if (config.tables.engine === 'sqlite') await checkDatabaseThere(config.dataDir);
  if (options.kind === 'database' && config.tables.engine !== 'sqlite') {
    throw new Error('The tables are not in the embedded engine: back them up with --as arrow.');
  }
  const created = new Date().toISOString();
  await mkdir(dirname(to), { recursive: true });
  try {
    return await withDraft(join(dirname(to), `.${basename(to)}.partial-`), async (draft) => {
      const tables = await writeTables(config, options.kind, draft, progress);
      const files = await writeOtherFiles(config, options, draft);
      await writeManifest(draft, { kind: options.kind, created, server_version: SERVER_VERSION, ...tables, files });
      await sync(draft);
      await rename(draft, to);
      await sync(dirname(to));
      return tables.tables;
    });
  } catch (error) {
    throw isFull(error) ? noSpace(dirname(to), error) : error;
  } finally {
    progress.stop();
  }
}

/** Error codes of a full disk, or of a quota on it. */
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EFBIG']);

const isFull = (error: unknown): error is Error => error instanceof Error && 'code' in error && FULL.has(error.code);

const noSpace = (folder: string, cause: Error): Error =>
  new Error(
    `There is no space left in ${folder} for the backup. Free some there, or use a larger disk. (${cause.message})`,
    {
      cause,
    },
  );

type WrittenTables = Pick<Manifest, 'engine' | 'engine_version' | 'tables'>;

/** Those of the embedded engine are read from a copy of its file: all tables as of one moment. */
async function writeTables(
  config: Config,
  kind: Manifest['kind'],
  draft: string,
  progress: Progress,
): Promise<WrittenTables> {
  if (config.tables.engine !== 'sqlite')
    return withOpened(await openEngine(config), (opened) => writeArrow(opened, draft, progress));
  const copied = join(draft, 'data');
  const file = databaseFile(copied);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await copyChecked(databaseFile(config.dataDir), file, progress);
  const written = await withOpened(await openEngine({ ...config, dataDir: copied }), (opened) =>
    kind === 'arrow' ? writeArrow(opened, draft, progress) : describeTables(opened, progress),
  );
  if (kind === 'database') {
    checkDatabase(file);
    await rename(file, join(draft, DATABASE_FILE));
  }
  await rm(copied, { recursive: true });
  return written;
}

async function withOpened<T>(opened: OpenedEngine, work: (opened: OpenedEngine) => Promise<T>): Promise<T> {
  try {
    await checkFilled(opened.engine);
    return await work(opened);
  } finally {
    await opened.engine.close();
  }
}

async function copyChecked(source: string, target: string, progress: Progress): Promise<void> {
  let done = 0;
  await copyDatabase(source, target, (total, left) => {
    if (done === 0) progress.start('copy the database', total);
    progress.advance(total - left - done);
    done = total - left;
  });
  const problems = checkDatabase(target);
  if (problems.length > 0) throw new Error(`The database is damaged, and so is a copy of it: ${problems.join('; ')}`);
}

async function writeArrow(opened: OpenedEngine, draft: string, progress: Progress): Promise<WrittenTables> {
  const tables = await writeArrowTables(opened, draft, progress);
  return { engine: opened.engine.name, engine_version: await engineVersion(opened.engine), tables };
}

async function describeTables(opened: OpenedEngine, progress: Progress): Promise<WrittenTables> {
  const { engine } = opened;
  const tables: TableEntry[] = [];
  for (const table of await tablesToCopy(engine, opened.definitions)) {
    progress.start(`read ${table.name}`, (await engine.stats(table.name)).rows);
    const columns = ((await engine.describeTable(table.name)) ?? []).filter(({ name }) => table.columns.includes(name));
    tables.push({
      name: table.name,
      columns,
      ...(await sumTable(engine.reader('background'), table, progress.advance)),
    });
  }
  return { engine: engine.name, engine_version: await engineVersion(engine), tables };
}

/** The database; the secret, without which keys of webhooks cannot be read; and, if asked for, which files of media there are. */
async function writeOtherFiles(
  config: Config,
  { kind, listMedia }: BackupOptions,
  draft: string,
): Promise<FileEntry[]> {
  const files: FileEntry[] = [];
  if (kind === 'database') files.push(await describeFile(draft, DATABASE_FILE));
  const secret = join(config.dataDir, SECRET_FILE);
  if (await isThere(secret)) {
    await copyFile(secret, join(draft, SECRET_FILE));
    files.push(await describeFile(draft, SECRET_FILE));
  }
  if (listMedia) {
    await writeMediaList(config, join(draft, MEDIA_LIST));
    files.push(await describeFile(draft, MEDIA_LIST));
  }
  return files;
}

const FOLDER = 'tables';

/** Writes a file for each table, as they are at one moment. */
async function writeArrowTables(
  { engine, definitions }: OpenedEngine,
  draft: string,
  progress: Progress,
): Promise<TableEntry[]> {
  await nameUnknownTables(engine, definitions);
  await mkdir(join(draft, FOLDER), { mode: 0o700 });
  const tables = await Promise.all(
    (await tablesToCopy(engine, definitions)).map(async ({ name, columns: names }) => {
      const present = new Map((await engine.describeTable(name))?.map((column) => [column.name, column]));
      const columns = names.map((column) => present.get(column)).filter((column) => column !== undefined);
      return { name, columns, rows: (await engine.stats(name)).rows };
    }),
  );
  if (engine.snapshot !== undefined)
    return engine.snapshot((reader) => writeFiles(begin(reader, tables), draft, progress));
  const begun = begin(engine.reader('background'), tables).map((table) => {
    // On a cluster, reads that are asked for together have one snapshot: so the first batch of every table is, at once.
    const first = table.batches.next();
    // It is waited for when the turn comes to its table.
    first.catch(() => undefined);
    return { ...table, first };
  });
  return writeFiles(begun, draft, progress);
}

type CopiedTable = Pick<TableEntry, 'name' | 'columns' | 'rows'>;

interface BegunTable extends CopiedTable {
  readonly batches: AsyncIterator<ColumnBatch>;
  readonly first?: Promise<IteratorResult<ColumnBatch>>;
}

/** Nothing is read before the first batch is asked for. */
function begin(reader: ScanningReader, tables: readonly CopiedTable[]): BegunTable[] {
  return tables.map((table) => {
    const columns = table.columns.map(({ name }) => name);
    const scan = reader.scan({ table: table.name, columns, batchRows: READ_AT_ONCE_ROWS });
    return { ...table, batches: scan[Symbol.asyncIterator]() };
  });
}

async function writeFiles(begun: readonly BegunTable[], draft: string, progress: Progress): Promise<TableEntry[]> {
  const entries: TableEntry[] = [];
  try {
    for (const { name, columns, rows, batches, first = batches.next() } of begun) {
      progress.start(`write ${name}`, rows);
      const path = `${FOLDER}/${name}.arrow`;
      const writer = await ArrowFileWriter.create(join(draft, path), columns);
      const sum = new RowChecksum();
      try {
        for (let next = await first; next.done !== true; next = await batches.next()) {
          const batch: ColumnBatch = next.value;
          sum.add(batch);
          await writer.write(batch);
          progress.advance(batch.rowCount);
        }
        entries.push({
          name,
          columns,
          rows: sum.rows,
          checksum: sum.value,
          file: { path, ...(await writer.finish()) },
        });
      } catch (error) {
        await writer.abandon();
        throw error;
      }
    }
  } finally {
    for (const { batches } of begun) await batches.return?.();
  }
  return entries;
}

/** The files of local media stores. One line a file, relative to the data directory where it lies there: what `rsync --files-from` takes. */
async function writeMediaList(config: Config, file: string): Promise<void> {
  const media = await openMediaStores(config, 'unused', undefined);
  try {
    await pipeline(listedFiles(config, media), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } finally {
    await media.close();
  }
}

async function* listedFiles({ dataDir, media: { backends } }: Config, media: MediaStores): AsyncGenerator<string> {
  for (const backend of backends) {
    if (backend.type !== 'local') continue;
    const isInside = backend.path.startsWith(`${dataDir}/`);
    const folder = isInside ? backend.path.slice(dataDir.length + 1) : backend.path;
    let after: string | undefined;
    do {
      const page = await media.get(backend.id)?.list('', after === undefined ? {} : { after });
      yield (page?.objects ?? []).map(({ path }) => `${folder}/${path}\n`).join('');
      after = page?.next;
    } while (after !== undefined);
  }
}

import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../src/settings.ts';
import { checkDatabase } from '../../src/vastdb/engines/sqlite/database-copy.ts';
import type { Progress } from '../progress.ts';
import { checkUnused, refuseLiveServers } from '../tables/live-servers.ts';
import { databaseFile } from '../tables/open-tables.ts';
import { DATABASE_FILE, SECRET_FILE } from './backup.ts';
import { isThere, putInPlace, withDraft } from '../folders.ts';
import { checkFiles, type Manifest, readManifest } from './manifest.ts';
import { fillTables, type RestoreOptions } from './restore-tables.ts';

/**
 * Puts the tables of a backup in place of the configured server's, which must not run. All of the backup is checked
 * before anything is written. A database of the embedded engine is made and checked beside its place, and appears there
 * when it is whole; the tables of other engines are filled one after the other.
 *
 * @throws where something is there and is not to be replaced, and where the backup is damaged.
 */
export async function restore(config: Config, options: RestoreOptions, progress: Progress): Promise<Manifest> {
  const manifest = await readManifest(options.from);
  await checkFiles(options.from, [...manifest.files, ...manifest.tables.flatMap(({ file }) => file ?? [])]);
  const secret = await secretToRestore(config, manifest, options);
  try {
    if (config.tables.engine === 'sqlite') await restoreEmbedded(config, manifest, secret, options, progress);
    else await restoreShared(config, manifest, secret, options, progress);
  } finally {
    progress.stop();
  }
  return manifest;
}

async function restoreEmbedded(
  config: Config,
  manifest: Manifest,
  secret: string | undefined,
  { from, replace }: RestoreOptions,
  progress: Progress,
): Promise<void> {
  const file = databaseFile(config.dataDir);
  if (!replace && (await isThere(file))) {
    throw new Error(`${file} is there already. Restore to an empty place, or with --replace, which renames it.`);
  }
  await checkUnused(file);
  await mkdir(dirname(file), { recursive: true });
  await withDraft(join(dirname(file), '.restored-'), async (draft) => {
    const made = databaseFile(draft);
    await mkdir(dirname(made));
    if (manifest.kind === 'database') await copyFile(join(from, DATABASE_FILE), made);
    else await fillTables({ ...config, dataDir: draft }, manifest, { from, replace }, progress);
    const problems = checkDatabase(made);
    if (problems.length > 0) throw new Error(`The backup is damaged: ${problems.join('; ')}. Nothing was restored.`);
    await checkUnused(file);
    // Before the tables: a restore that ends in between is one that finds no tables there, and can be repeated.
    if (secret !== undefined) await restoreSecret(config, secret);
    await putInPlace(made, file, ['', '-wal', '-shm']);
  });
}

async function restoreShared(
  config: Config,
  manifest: Manifest,
  secret: string | undefined,
  options: RestoreOptions,
  progress: Progress,
): Promise<void> {
  if (manifest.kind === 'database') {
    throw new Error('This backup is a file of the embedded engine: restore it there, then migrate.');
  }
  await refuseLiveServers(config);
  await fillTables(config, manifest, options, progress);
  if (secret !== undefined) await restoreSecret(config, secret);
}

/**
 * The file of the secret that goes with the tables. Looked at before anything is written.
 *
 * @throws where the server would use another one.
 */
async function secretToRestore(
  { dataDir, secretKey }: Config,
  { files }: Manifest,
  { from, replace }: RestoreOptions,
): Promise<string | undefined> {
  if (!files.some(({ path }) => path === SECRET_FILE)) return undefined;
  const file = join(from, SECRET_FILE);
  const kept = await readSecret(file);
  if (secretKey !== undefined) {
    if (secretKey === kept) return undefined;
    throw new Error(
      'SECRET_KEY is not the secret of the backup: keys of webhooks could not be read. Unset it, or set it to secret.key of the backup.',
    );
  }
  const place = join(dataDir, SECRET_FILE);
  const present = (await isThere(place)) ? await readSecret(place) : undefined;
  if (present === kept) return undefined;
  if (present === undefined || replace) return file;
  throw new Error(
    `The secret in ${dataDir} is not that of the backup: restore with --replace, which takes that of the backup.`,
  );
}

async function restoreSecret({ dataDir }: Config, from: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const draft = join(dataDir, `.${SECRET_FILE}-${process.pid}`);
  try {
    await copyFile(from, draft);
    await putInPlace(draft, join(dataDir, SECRET_FILE));
  } finally {
    await rm(draft, { force: true });
  }
}

const readSecret = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ColumnDefinition } from '../../src/vastdb/engine.ts';
import { sync } from '../folders.ts';

const FILE = 'manifest.json';
const FORMAT = 'vast-tams backup';

const StoredFile = Type.Object({
  /** Relative to the folder of the backup. */
  path: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?$' }),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

const CopiedTable = Type.Object({
  name: Type.String(),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      // Any text is taken: a newer version may have more types.
      type: Type.Unsafe<ColumnDefinition['type']>(Type.String()),
      required: Type.Optional(Type.Boolean()),
      dimension: Type.Optional(Type.Integer()),
    }),
  ),
  rows: Type.Integer({ minimum: 0 }),
  checksum: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  /** Only of backups as Arrow files. */
  file: Type.Optional(StoredFile),
});

/** The description of a backup: enough to check it before anything is restored. */
const ManifestSchema = Type.Object({
  format: Type.Literal(FORMAT),
  version: Type.Literal(1),
  /** `database`: the file of the embedded engine. `arrow`: a file for each table. */
  kind: Type.Union([Type.Literal('database'), Type.Literal('arrow')]),
  created: Type.String(),
  server_version: Type.String(),
  engine: Type.String(),
  engine_version: Type.String(),
  tables: Type.Array(CopiedTable),
  /** All files but this one and those of tables. */
  files: Type.Array(StoredFile),
});

export type FileEntry = Static<typeof StoredFile>;
export type TableEntry = Static<typeof CopiedTable>;
export type Manifest = Static<typeof ManifestSchema>;

export async function writeManifest(folder: string, content: Omit<Manifest, 'format' | 'version'>): Promise<void> {
  const manifest: Manifest = { format: FORMAT, version: 1, ...content };
  await writeFile(join(folder, FILE), `${JSON.stringify(manifest, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
}

/** @throws where the folder is no backup, or one that this version does not understand. */
export async function readManifest(folder: string): Promise<Manifest> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(join(folder, FILE), 'utf8'));
  } catch (error) {
    throw new Error(`${folder} is no backup: its ${FILE} cannot be read.`, { cause: error });
  }
  if (Value.Check(ManifestSchema, manifest)) return manifest;
  throw new Error(`${join(folder, FILE)} is not that of a backup that this version (format 1) can restore.`);
}

/** Describes a file of a backup, and waits until it is on disk. */
export async function describeFile(folder: string, path: string): Promise<FileEntry> {
  const file = join(folder, path);
  await sync(file, 'r+');
  return { path, ...(await hashFile(file)) };
}

/** @throws for the first file that is missing or is not as the manifest says. */
export async function checkFiles(folder: string, files: readonly FileEntry[]): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    const found = await hashFile(join(folder, path));
    if (found.bytes === bytes && found.sha256 === sha256) continue;
    throw new Error(
      `The backup is damaged: ${path} is not as it was written. Nothing was restored; use another backup.`,
    );
  }
}

async function hashFile(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}

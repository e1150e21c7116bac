import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ColumnDefinition } from '../../src/vastdb/engine.ts';

const FILE = 'manifest.json';
const FORMAT = 'vast-tams backup';

const Sum = { rows: Type.Integer({ minimum: 0 }), checksum: Type.String({ pattern: '^[0-9a-f]{32}$' }) };
const StoredFile = Type.Object({
  /** Relative to the folder of the backup. */
  path: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?$' }),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

const ManifestSchema = Type.Object({
  format: Type.Literal(FORMAT),
  version: Type.Literal(1),
  /** `database`: the file of the embedded engine. `arrow`: a file for each table. */
  kind: Type.Union([Type.Literal('database'), Type.Literal('arrow')]),
  created: Type.String(),
  server_version: Type.String(),
  engine: Type.String(),
  engine_version: Type.String(),
  tables: Type.Array(
    Type.Object({
      name: Type.String(),
      columns: Type.Array(
        Type.Object({
          name: Type.String(),
          type: Type.String(),
          required: Type.Optional(Type.Boolean()),
          dimension: Type.Optional(Type.Integer()),
        }),
      ),
      ...Sum,
      file: Type.Optional(StoredFile),
    }),
  ),
  /** All files but this one and those of tables. */
  files: Type.Array(StoredFile),
});

export interface FileEntry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface TableEntry {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly rows: number;
  readonly checksum: string;
  /** Only of backups as Arrow files. */
  readonly file?: FileEntry;
}

/** The description of a backup: enough to check it before anything is restored. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly kind: 'database' | 'arrow';
  readonly created: string;
  readonly server_version: string;
  readonly engine: string;
  readonly engine_version: string;
  readonly tables: readonly TableEntry[];
  readonly files: readonly FileEntry[];
}

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
  if (Value.Check(ManifestSchema, manifest)) return manifest as unknown as Manifest;
  throw new Error(`${join(folder, FILE)} is not that of a backup that this version (format 1) can restore.`);
}

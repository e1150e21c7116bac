import { type ImportReport, RefusedRow } from '../../../vastdb/foreign/import-report.ts';
import { type ImportSource, stage, type Staging } from '../../../vastdb/foreign/staging.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { isIn } from '../../../vastdb/predicate/builder.ts';
import type { ImportTarget } from '../../management.ts';
import type { ExrConfig } from '../exr-settings.ts';
import { EXR_FILES } from '../exr-tables.ts';
import { insertContent } from '../repositories/content-rows.ts';
import { describedCells } from '../repositories/file-rows.ts';
import { identityCells, lockKey } from '../repositories/file-writing.ts';
import { type InspectedFile, refOfKey } from '../rules/exr-file.ts';
import { describeHeader } from '../rules/inspect.ts';
import { headerOf } from './exr-header.ts';
import { type EarlierFile, earlierFiles } from './earlier-files.ts';
import type { ScratchCell } from '../../../vastdb/analytics/scratch-tables.ts';
import type { Row } from '../../../vastdb/engine.ts';
import { integerOf, millisecondsOf, requiredText, textOf, timeOf } from '../../../vastdb/foreign/cells.ts';

/** Files of a transaction. Each has some tens of rows. */
const BATCH_FILES = 50;

interface ReadFile extends InspectedFile {
  readonly earlier: EarlierFile;
}

/**
 * Takes over what an exr-inspector has read of headers, as files by bucket and key. Vectors, counts and the policy are made
 * anew of the rows, as of a header that is read here. A file that is known here is passed over: this server reads more.
 * Tables and columns: docs/adr/0038-importers.md.
 */
export async function takeExrInspector(
  source: ImportSource,
  { manager, settings, own, options, report, progress }: ImportTarget<ExrConfig>,
): Promise<void> {
  const bucket = String(options['bucket']);
  if (!own.enabled) throw new Error('EXR metadata is switched off: set EXR=true, as for the server.');
  if (!Object.hasOwn(settings.media.buckets, bucket)) {
    throw new Error(`--bucket: this server has ${Object.keys(settings.media.buckets).join(', ')}.`);
  }
  const described = await source.tables.describe('files');
  if (described === undefined) throw new Error('There is no table files: are these the tables of an exr-inspector?');
  let batch: ReadFile[] = [];
  const write = async (): Promise<void> => {
    const files = batch;
    const present = await manager.transaction((tx) => insertFiles(tx, files), { lane: 'background' });
    for (const each of files) count(report, each, present.has(each.file.id));
    progress.advance(files.length);
    batch = [];
  };
  await stageRows(source, report);
  progress.start('files', described.rows ?? 0);
  for await (const earlier of earlierFiles(source.scratch, report)) {
    const read = readFile(bucket, earlier, report);
    if (read !== undefined) batch.push(read);
    if (batch.length >= BATCH_FILES) await write();
  }
  await write();
}

function readFile(bucket: string, earlier: EarlierFile, report: ImportReport): ReadFile | undefined {
  const { id, key, hash, size, mtime } = earlier;
  try {
    const file = refOfKey(bucket, key);
    const found = describeHeader(headerOf(hash, earlier), size, { path: file.path, bucket, key, mtime });
    return { file, found, earlier };
  } catch (error) {
    if (!(error instanceof RefusedRow)) throw error;
    report.refuse('files', id, `${error.message} (${key}); let this server inspect it`);
    return undefined;
  }
}

/** @returns the ids of those that were here already. */
async function insertFiles(tx: ManagedTransaction, files: readonly ReadFile[]): Promise<Set<string>> {
  if (files.length === 0) return new Set();
  const ids = files.map(({ file }) => file.id);
  await tx.lock(ids.map(lockKey));
  const { rows } = await tx.select({ table: EXR_FILES, columns: ['id'], where: isIn('id', ids) });
  const present = new Set(rows.map(([id]) => id));
  const fresh = files.filter(({ file }) => !present.has(file.id));
  await tx.insert(
    EXR_FILES,
    fresh.map(({ file, found, earlier }) => ({
      ...identityCells(file),
      ...describedCells(found.inspection),
      inspection_count: earlier.inspections,
      first_inspected_ms: earlier.firstMs,
      last_inspected_ms: earlier.lastMs,
    })),
  );
  await insertContent(tx, fresh);
  return present;
}

function count(report: ImportReport, { earlier }: ReadFile, isPresent: boolean): void {
  const { parts, channels, attributes } = earlier;
  const rows = { files: 1, parts: parts.length, channels: channels.length, attributes: attributes.length };
  for (const [table, number] of Object.entries(rows)) {
    if (isPresent) report.of(table).present += number;
    else report.of(table).taken += number;
  }
}

/** Copies the rows of all tables. Vectors stay: those of the earlier system are of other features, and some of NaN. */
async function stageRows(source: ImportSource, report: ImportReport): Promise<void> {
  for (const staging of [FILES, PARTS, CHANNELS, ATTRIBUTES]) await stage(source, staging, report);
}

const FILES: Staging = {
  table: 'files',
  key: 'file_id',
  needed: ['file_id', 'file_path', 'size_bytes', 'header_hash'],
  wanted: ['mtime', 'inspection_count', 'inspection_timestamp', 'first_seen', 'last_inspected'],
  columns: {
    ...{ file_id: 'text', key: 'text', size: 'int', hash: 'text', mtime: 'text', inspections: 'int' },
    ...{ first_ms: 'int', last_ms: 'int' },
  },
  cells: (row) => {
    const size = integerOf(row, 'size_bytes') ?? 0;
    if (size < 0) throw new RefusedRow('size_bytes is less than nothing');
    const last = millisecondsOf(row, 'last_inspected') ?? 0;
    const first = millisecondsOf(row, 'inspection_timestamp') ?? millisecondsOf(row, 'first_seen') ?? last;
    return [
      requiredText(row, 'file_id'),
      requiredText(row, 'file_path'),
      BigInt(size),
      requiredText(row, 'header_hash'),
      timeOf(row, 'mtime') ?? null,
      whole(row, 'inspection_count') ?? 1n,
      BigInt(Math.floor(first)),
      BigInt(Math.floor(last)),
    ];
  },
};

/** Columns that say which part of a file a row is of: its number, or in another version of that system its id. */
const PART = ['part_index', 'part_id'];

const PART_COLUMNS = [
  ...['part_name', 'view_name', 'data_window', 'display_window', 'width', 'height', 'display_width', 'display_height'],
  ...['data_x_offset', 'data_y_offset', 'pixel_aspect_ratio', 'line_order', 'compression', 'color_space'],
  ...['render_software', 'is_tiled', 'tile_width', 'tile_height', 'is_deep'],
];

const PARTS: Staging = {
  table: 'parts',
  key: 'file_id',
  needed: ['file_id', 'part_index'],
  wanted: ['part_id', ...PART_COLUMNS],
  columns: { file_id: 'text', part: 'int', part_id: 'text', described: 'text' },
  cells: (row) => [requiredText(row, 'file_id'), ...partOf(row), described(row, PART_COLUMNS)],
};

const CHANNEL_COLUMNS = ['channel_type', 'x_sampling', 'y_sampling', 'linearity'];

const CHANNELS: Staging = {
  table: 'channels',
  key: 'file_id',
  needed: ['file_id', 'channel_name'],
  wanted: [...PART, ...CHANNEL_COLUMNS],
  columns: { file_id: 'text', part: 'int', part_id: 'text', name: 'text', described: 'text' },
  cells: (row) => [
    requiredText(row, 'file_id'),
    ...partOf(row),
    requiredText(row, 'channel_name'),
    described(row, CHANNEL_COLUMNS),
  ],
};

const ATTRIBUTE_COLUMNS = ['attr_type', 'value_json', 'value_text', 'value_int', 'value_float'];

const ATTRIBUTES: Staging = {
  table: 'attributes',
  key: 'file_id',
  needed: ['file_id', 'attr_name'],
  wanted: [...PART, ...ATTRIBUTE_COLUMNS],
  columns: { file_id: 'text', part: 'int', part_id: 'text', name: 'text', described: 'text' },
  cells: (row) => [
    requiredText(row, 'file_id'),
    ...partOf(row),
    requiredText(row, 'attr_name'),
    described(row, ATTRIBUTE_COLUMNS),
  ],
};

const partOf = (row: Row): readonly [ScratchCell, ScratchCell] => [
  whole(row, 'part_index') ?? null,
  textOf(row, 'part_id') ?? null,
];

function whole(row: Row, column: string): bigint | undefined {
  const value = integerOf(row, column);
  return value === undefined ? undefined : BigInt(value);
}

/** The other cells, which are only carried. */
const described = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name] ?? null])), (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );

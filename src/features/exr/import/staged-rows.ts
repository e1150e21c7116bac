import type { ScratchCell } from '../../../vastdb/analytics/scratch-tables.ts';
import type { Row } from '../../../vastdb/engine.ts';
import { integerOf, millisecondsOf, requiredText, textOf, timeOf } from '../../../vastdb/foreign/cells.ts';
import type { ImportReport } from '../../../vastdb/foreign/import-report.ts';
import { RefusedRow } from '../../../vastdb/foreign/import-report.ts';
import { type ImportSource, stage, type Staging } from '../../../vastdb/foreign/staging.ts';

/** Copies the rows of all tables. Vectors stay: those of the earlier system are of other features, and some of NaN. */
export async function stageRows(source: ImportSource, report: ImportReport): Promise<void> {
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

import { CHANNEL_FINGERPRINT_DIMENSIONS } from './rules/embedding/channel-fingerprint.ts';
import { METADATA_EMBEDDING_DIMENSIONS } from './rules/embedding/metadata-embedding.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { ExrAttribute } from '../../formats/exr/attributes/attribute.ts';
import type { ExrChannel } from '../../formats/exr/header/channel-list.ts';
import type { ExrInspection, ExrPart } from './rules/inspection.ts';
import type { ExrFailure } from './rules/exr-file.ts';

/** The tables of EXR metadata; docs/adr/0018-exr-store.md says how they hang together. */

/** `sequence` is null for a file that is no frame. */
export const EXR_FILES = defineTable({
  name: 'exr_files',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'path', type: 'string', required: true },
    { name: 'object_id', type: 'string' },
    { name: 'bucket', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'size', type: 'int64', required: true },
    { name: 'mtime', type: 'string' },
    { name: 'sequence', type: 'string' },
    { name: 'frame_number', type: 'int64' },
    { name: 'part_count', type: 'int32', required: true },
    { name: 'is_deep', type: 'bool', required: true },
    { name: 'is_tiled', type: 'bool', required: true },
    { name: 'width', type: 'int64' },
    { name: 'height', type: 'int64' },
    { name: 'header_hash', type: 'string' },
    { name: 'schema_version', type: 'int32', required: true },
    { name: 'embedding_version', type: 'int32', required: true },
    { name: 'stats', type: json<ExrInspection['stats']>() },
    { name: 'validation', type: json<ExrInspection['validation']>() },
    { name: 'errors', type: json<ExrInspection['errors']>() },
    { name: 'failure', type: json<ExrFailure>() },
    { name: 'inspection_count', type: 'int64', required: true },
    { name: 'first_inspected_ms', type: 'int64', required: true },
    { name: 'last_inspected_ms', type: 'int64', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['path', 'id'] },
    { columns: ['object_id'] },
    { columns: ['sequence'] },
  ],
});

export type ExrFileRow = RowOf<typeof EXR_FILES>;

const window = <Name extends string>(name: Name) =>
  [
    { name: `${name}_x_min`, type: 'int32', required: true },
    { name: `${name}_y_min`, type: 'int32', required: true },
    { name: `${name}_x_max`, type: 'int32', required: true },
    { name: `${name}_y_max`, type: 'int32', required: true },
  ] as const;

/** The colours and the time code, which are attributes too and are searched as such. */
export type PartDetails = Pick<
  ExrPart,
  | 'timecode'
  | 'chromaticities'
  | 'white_luminance'
  | 'adopted_neutral'
  | 'rendering_transform'
  | 'look_mod_transform'
  | 'aces_container'
>;

export const EXR_PARTS = defineTable({
  name: 'exr_parts',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'part', type: 'int32', required: true },
    { name: 'name', type: 'string' },
    { name: 'view', type: 'string' },
    { name: 'type', type: 'string', required: true },
    ...window('data_window'),
    ...window('display_window'),
    { name: 'pixel_aspect_ratio', type: 'float64', required: true },
    { name: 'line_order', type: 'string', required: true },
    { name: 'compression', type: 'string', required: true },
    { name: 'color_space', type: 'string' },
    { name: 'software', type: 'string' },
    { name: 'tile_x_size', type: 'int64' },
    { name: 'tile_y_size', type: 'int64' },
    { name: 'tile_level_mode', type: 'string' },
    { name: 'tile_rounding_mode', type: 'string' },
    { name: 'is_deep', type: 'bool', required: true },
    { name: 'details', type: json<PartDetails>(), required: true },
    { name: 'embedding_version', type: 'int32', required: true },
    { name: 'fingerprint', type: 'vector', dimension: CHANNEL_FINGERPRINT_DIMENSIONS, required: true },
  ],
  indexes: [{ columns: ['file_id', 'part'], unique: true }, { columns: ['compression'] }],
});

/** `position` is the place in the file: rows come back in its order. */
export const EXR_CHANNELS = defineTable({
  name: 'exr_channels',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'part', type: 'int32', required: true },
    { name: 'position', type: 'int32', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'layer', type: 'string', required: true },
    { name: 'component', type: 'string', required: true },
    { name: 'pixel_type', type: text<ExrChannel['pixel_type']>(), required: true },
    { name: 'x_sampling', type: 'int32', required: true },
    { name: 'y_sampling', type: 'int32', required: true },
    { name: 'linear', type: 'bool', required: true },
  ],
  indexes: [
    { columns: ['file_id', 'position'], unique: true },
    { columns: ['name', 'file_id'] },
    { columns: ['layer', 'file_id'] },
  ],
});

/** `value_json` is null for a value that is too large to be kept; `size` tells how large. */
export const EXR_ATTRIBUTES = defineTable({
  name: 'exr_attributes',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'part', type: 'int32', required: true },
    { name: 'position', type: 'int32', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'type', type: 'string', required: true },
    { name: 'size', type: 'int64', required: true },
    { name: 'value_text', type: 'string' },
    { name: 'value_number', type: 'float64' },
    { name: 'value_json', type: json<ExrAttribute['value']>() },
  ],
  indexes: [{ columns: ['file_id', 'position'], unique: true }, { columns: ['name', 'file_id'] }],
});

/** One row for each file whose header is known, apart from it: a search reads all of them, and nothing else. */
export const EXR_EMBEDDINGS = defineTable({
  name: 'exr_embeddings',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'embedding_version', type: 'int32', required: true },
    { name: 'vector', type: 'vector', dimension: METADATA_EMBEDDING_DIMENSIONS, required: true },
  ],
  indexes: [{ columns: ['file_id'], unique: true }],
});

export const EXR_QUEUE = defineTable({
  name: 'exr_queue',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'object_ids', type: json<readonly string[]>(), required: true },
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'attempt', type: 'int32', required: true },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['due_ms'] }],
});

export const EXR_TABLES: readonly TableDefinition[] = [
  EXR_FILES,
  EXR_PARTS,
  EXR_CHANNELS,
  EXR_ATTRIBUTES,
  EXR_EMBEDDINGS,
  EXR_QUEUE,
];

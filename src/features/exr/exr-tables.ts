import { CHANNEL_FINGERPRINT_DIMENSIONS } from './rules/embedding/channel-features.ts';
import { METADATA_EMBEDDING_DIMENSIONS } from './rules/embedding/metadata-embedding.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { ObjectPlace } from '../../formats/s3-notification.ts';
import type { ExrAttribute } from '../../formats/exr/attributes/attribute.ts';
import type { ExrChannel } from '../../formats/exr/header/channel-list.ts';
import type { ExrInspection, ExrPart, FormerContent } from './rules/inspection.ts';
import type { ExrFailure } from './rules/exr-file.ts';

/** The tables of EXR metadata; docs/adr/0018-exr-store.md says how they hang together. */

/** `sequence` is null for a file that is no frame. */
export const EXR_FILES = defineTable({
  name: 'exr_files',
  doc: 'EXR files that were inspected: one row each, also of those whose header could not be read.',
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
  internal: ['schema_version', 'embedding_version', 'stats', 'validation', 'errors', 'inspection_count'],
  docs: {
    id: '32 hexadecimal digits, made of the id of the object, else of the path.',
    path: 'Id of the object; `s3://bucket/key` of an adopted one, and of a file that was inspected by its key.',
    object_id: 'Object of TAMS; null for a file that was inspected by its key.',
    bucket: 'Bucket, where it is known.',
    key: 'Key, where it is known.',
    size: 'Size of the file.',
    mtime: 'When the file was written, as ISO 8601.',
    sequence: 'Path with `#` for the frame number: that of all frames of a sequence; null for a file that is no frame.',
    frame_number: 'Number of the frame.',
    part_count: 'Parts of the file; 0 where the header could not be read.',
    is_deep: 'Whether a part has deep data.',
    is_tiled: 'Whether a part has tiles.',
    width: 'Width of the display window of the first part.',
    height: 'Height of the display window of the first part.',
    header_hash: 'Hash of the header: the same for frames that differ in nothing but pixels.',
    schema_version: "Version of the rows' shape.",
    embedding_version: 'Version of the vectors.',
    stats: 'Counts and sizes as JSON.',
    validation: 'Findings of the policy as JSON.',
    errors: 'Problems of a file that is readable all the same, as JSON.',
    failure: 'Why the last automatic inspection failed, as JSON.',
    inspection_count: 'How many times it was inspected.',
    first_inspected_ms: 'When it was inspected first.',
    last_inspected_ms: 'When it was inspected last.',
  },
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
  doc: 'Parts of EXR files.',
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
  internal: ['tile_level_mode', 'tile_rounding_mode', 'details', 'embedding_version', 'fingerprint'],
  docs: {
    file_id: 'File of the part.',
    part: 'Number of the part, from 0.',
    name: 'Name of the part.',
    view: 'View of the part, such as `left`.',
    type: 'Type of the part, such as `scanlineimage`.',
    data_window_x_min: 'Left edge of the data window, inclusive.',
    data_window_y_min: 'Top edge of the data window, inclusive.',
    data_window_x_max: 'Right edge of the data window, inclusive.',
    data_window_y_max: 'Bottom edge of the data window, inclusive.',
    display_window_x_min: 'Left edge of the display window, inclusive.',
    display_window_y_min: 'Top edge of the display window, inclusive.',
    display_window_x_max: 'Right edge of the display window, inclusive.',
    display_window_y_max: 'Bottom edge of the display window, inclusive.',
    pixel_aspect_ratio: 'Width of a pixel over its height.',
    line_order: 'Order of the lines.',
    compression: 'Compression.',
    color_space: 'Name of the colour space.',
    software: 'Software that wrote it.',
    tile_x_size: 'Width of a tile; null without tiles.',
    tile_y_size: 'Height of a tile; null without tiles.',
    tile_level_mode: 'Levels of the tiles.',
    tile_rounding_mode: 'Rounding of the levels.',
    is_deep: 'Whether it has deep data.',
    details: 'Time code and colours as JSON.',
    embedding_version: 'Version of the vector.',
    fingerprint: 'Fingerprint of its channels, of length 1.',
  },
});

/** `position` is the place in the file: rows come back in its order. */
export const EXR_CHANNELS = defineTable({
  name: 'exr_channels',
  doc: 'Channels of EXR files.',
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
  internal: false,
  docs: {
    file_id: 'File of the channel.',
    part: 'Part of the channel.',
    position: 'Place in the file.',
    name: 'Name of the channel, such as `diffuse.R`.',
    layer: 'The name up to its last dot; empty without one.',
    component: 'The name behind it.',
    pixel_type: 'Type of its samples.',
    x_sampling: 'A sample for this many pixels of a line.',
    y_sampling: 'A sample for this many lines.',
    linear: 'Whether the file says that it is perceptually linear.',
  },
});

/** `value_json` is null for a value that is too large to be kept; `size` tells how large. */
export const EXR_ATTRIBUTES = defineTable({
  name: 'exr_attributes',
  doc: 'Attributes of EXR headers.',
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
  internal: false,
  docs: {
    file_id: 'File of the attribute.',
    part: 'Part of the attribute.',
    position: 'Place in the file.',
    name: 'Name of the attribute.',
    type: 'Type of the attribute, as the file names it.',
    size: 'Size of the value in the file.',
    value_text: 'The value as text, where it is one.',
    value_number: 'The value as a number, where it is one.',
    value_json: 'The value as JSON; null where it is too large to be kept.',
  },
});

/** One row for each file whose header is known, apart from it: a search reads all of them, and nothing else. */
export const EXR_EMBEDDINGS = defineTable({
  name: 'exr_embeddings',
  doc: 'Vectors of EXR files, by which like ones are found.',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'embedding_version', type: 'int32', required: true },
    { name: 'vector', type: 'vector', dimension: METADATA_EMBEDDING_DIMENSIONS, required: true },
  ],
  indexes: [{ columns: ['file_id'], unique: true }],
  internal: true,
  docs: {
    file_id: 'The file.',
    embedding_version: 'Version of the vector.',
    vector: 'The vector, of length 1.',
  },
});

/** Headers that files had before. Bounded: docs/adr/0018-exr-store.md. */
export const EXR_HISTORY = defineTable({
  name: 'exr_history',
  doc: 'Headers that EXR files had before.',
  columns: [
    { name: 'file_id', type: 'string', required: true },
    { name: 'number', type: 'int64', required: true },
    { name: 'header_hash', type: 'string', required: true },
    { name: 'size', type: 'int64', required: true },
    { name: 'mtime', type: 'string' },
    { name: 'inspected_ms', type: 'int64', required: true },
    { name: 'replaced_ms', type: 'int64', required: true },
    { name: 'content', type: json<FormerContent>(), required: true },
  ],
  indexes: [{ columns: ['file_id', 'number'] }],
  internal: false,
  docs: {
    file_id: 'The file.',
    number: 'Inspections of the file by then.',
    header_hash: 'Hash of the header.',
    size: 'Size of the file.',
    mtime: 'When the file was written, as the store said.',
    inspected_ms: 'When the header was read last.',
    replaced_ms: 'When another was read.',
    content: 'Parts, attributes and channels as JSON, as far as they fit.',
  },
});

export const EXR_QUEUE = defineTable({
  name: 'exr_queue',
  doc: 'Objects whose headers are yet to be read.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'object_ids', type: json<readonly string[]>(), required: true },
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'places', type: json<readonly ObjectPlace[]>() },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['due_ms'] }],
  internal: true,
  docs: {
    id: 'Id of the entry.',
    object_ids: 'The objects, as a JSON array.',
    due_ms: 'When it is tried (again).',
    attempt: 'Attempts that failed.',
    places: 'Buckets and keys that events told of, as a JSON array; null for none.',
  },
});

export const EXR_TABLES: readonly TableDefinition[] = [
  EXR_FILES,
  EXR_PARTS,
  EXR_CHANNELS,
  EXR_ATTRIBUTES,
  EXR_EMBEDDINGS,
  EXR_HISTORY,
  EXR_QUEUE,
];

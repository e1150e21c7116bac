import { attributeColumns, type ExrAttribute } from '../../../formats/exr/attributes/attribute.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrChannel } from '../../../formats/exr/header/channel-list.ts';
import type { InspectedFile } from '../rules/exr-file.ts';
import type { ExrInspection, ExrPart } from '../rules/inspection.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq, isIn } from '../../../vastdb/predicate/builder.ts';
import type { NewRowOf, RowOf } from '../../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../../shared/json-text.ts';
import type { TableDefinition } from '../../../vastdb/engine.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_EMBEDDINGS, EXR_PARTS, type PartDetails } from '../exr-tables.ts';
import { cut, searchable, valueKeeper } from './text-limits.ts';
import type { ExrBox } from '../../../formats/exr/attributes/values.ts';

/** The rows below the row of a file: written and deleted as a whole. */
export type Content = Pick<ExrInspection, 'parts' | 'channels' | 'attributes'>;

const CONTENT_TABLES: readonly TableDefinition<{ file_id: string }>[] = [
  EXR_PARTS,
  EXR_CHANNELS,
  EXR_ATTRIBUTES,
  EXR_EMBEDDINGS,
];

/** Four inserts, however many files. */
export async function insertContent(tx: ManagedTransaction, files: readonly InspectedFile[]): Promise<void> {
  if (files.length === 0) return;
  await tx.insert(EXR_PARTS, files.flatMap(partRows));
  await tx.insert(
    EXR_CHANNELS,
    files.flatMap(({ file, found: { inspection } }) =>
      inspection.channels.map((channel, position) => ({ file_id: file.id, position, ...channel })),
    ),
  );
  await tx.insert(
    EXR_ATTRIBUTES,
    files.flatMap(({ file, found: { inspection } }) => {
      const kept = valueKeeper();
      return inspection.attributes.map((attribute, position) => toAttributeRow(file.id, attribute, position, kept));
    }),
  );
  await tx.insert(
    EXR_EMBEDDINGS,
    files.map(({ file, found: { vectors } }) => ({
      file_id: file.id,
      embedding_version: EXR_EMBEDDING_VERSION,
      vector: vectors.metadata,
    })),
  );
}

/** Rows that a file takes, its own aside. */
export const countRows = ({ parts, channels, attributes }: Content): number =>
  parts.length + channels.length + attributes.length + 1;

const partRows = ({ file, found: { inspection, vectors } }: InspectedFile) =>
  inspection.parts.map((part, index) => {
    const fingerprint = vectors.channels[index];
    if (fingerprint === undefined) throw new TypeError('a part came without its fingerprint');
    return toPartRow(file.id, part, fingerprint);
  });

export async function removeContent(tx: ManagedTransaction, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  for (const table of CONTENT_TABLES) await tx.delete(table, isIn('file_id', fileIds));
}

/** Rows of each of the files, their own aside. */
export async function countContent(tx: ManagedTransaction, fileIds: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of fileIds.length === 0 ? [] : CONTENT_TABLES) {
    const { rows } = await tx.select({ table, columns: ['file_id'], where: isIn('file_id', fileIds) });
    for (const [id] of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Rows of each of the files; three queries, however many files. */
export async function readContent(reader: ManagedReader, fileIds: readonly string[]): Promise<Map<string, Content>> {
  if (fileIds.length === 0) return new Map();
  const where = fileIds.length === 1 ? eq('file_id', fileIds[0] ?? '') : isIn('file_id', fileIds);
  const [parts, channels, attributes] = await Promise.all([
    reader.selectRows({ table: EXR_PARTS, where, orderBy: inOrderOf('part') }),
    reader.selectRows({ table: EXR_CHANNELS, where, orderBy: inOrderOf('position') }),
    reader.selectRows({ table: EXR_ATTRIBUTES, where, orderBy: inOrderOf('position') }),
  ]);
  const partsOf = byFile(parts);
  const channelsOf = byFile(channels);
  const attributesOf = byFile(attributes);
  return new Map(
    fileIds.map((id) => [
      id,
      {
        parts: (partsOf.get(id) ?? []).map(toPart),
        channels: (channelsOf.get(id) ?? []).map(toChannel),
        attributes: (attributesOf.get(id) ?? []).map(toAttribute),
      },
    ]),
  );
}

const inOrderOf = <Column extends string>(column: Column) =>
  [
    { column: 'file_id', direction: 'asc' },
    { column, direction: 'asc' },
  ] as const;

const byFile = <R extends { file_id: string }>(rows: readonly R[]): Map<string, R[]> =>
  Map.groupBy(rows, (row) => row.file_id);

type AttributeRow = RowOf<typeof EXR_ATTRIBUTES>;

function toAttributeRow(
  fileId: string,
  attribute: ExrAttribute,
  position: number,
  kept: ReturnType<typeof valueKeeper>,
): AttributeRow {
  const { value_text, value_number } = attributeColumns(attribute);
  const { part, name, type, size, value } = attribute;
  return {
    file_id: fileId,
    part,
    position,
    name,
    type,
    size: BigInt(size),
    value_text: searchable(value_text),
    value_number,
    value_json: kept(toJson(value)),
  };
}

const toAttribute = ({ part, name, type, size, value_json: value }: AttributeRow): ExrAttribute => ({
  part,
  name,
  type,
  size: Number(size),
  value: value === null ? null : fromJson(value),
});

const toChannel = ({ file_id: _, position: __, ...channel }: RowOf<typeof EXR_CHANNELS>): ExrChannel => channel;

type PartRow = RowOf<typeof EXR_PARTS>;

function toPartRow(fileId: string, part: ExrPart, fingerprint: Float32Array): NewRowOf<PartRow> {
  const { data_window: data, display_window: display } = part;
  const { timecode, chromaticities, white_luminance, adopted_neutral, aces_container } = part;
  const details: PartDetails = {
    timecode,
    chromaticities,
    white_luminance,
    adopted_neutral,
    rendering_transform: cut(part.rendering_transform),
    look_mod_transform: cut(part.look_mod_transform),
    aces_container,
  };
  return {
    file_id: fileId,
    part: part.index,
    name: cut(part.name),
    view: cut(part.view),
    type: cut(part.type),
    data_window_x_min: data.x_min,
    data_window_y_min: data.y_min,
    data_window_x_max: data.x_max,
    data_window_y_max: data.y_max,
    display_window_x_min: display.x_min,
    display_window_y_min: display.y_min,
    display_window_x_max: display.x_max,
    display_window_y_max: display.y_max,
    pixel_aspect_ratio: part.pixel_aspect_ratio,
    line_order: part.line_order,
    compression: part.compression,
    color_space: cut(part.color_space),
    software: cut(part.software),
    ...(part.tiles !== null && {
      tile_x_size: BigInt(part.tiles.x_size),
      tile_y_size: BigInt(part.tiles.y_size),
      tile_level_mode: part.tiles.level_mode,
      tile_rounding_mode: part.tiles.rounding_mode,
    }),
    is_deep: part.is_deep,
    details: toJson(details),
    embedding_version: EXR_EMBEDDING_VERSION,
    fingerprint,
  };
}

function toPart(row: PartRow): ExrPart {
  const { tile_x_size: width, tile_y_size: height, tile_level_mode: levels, tile_rounding_mode: rounding } = row;
  return {
    index: row.part,
    name: row.name,
    view: row.view,
    type: row.type,
    data_window: windowOf(row, 'data_window'),
    display_window: windowOf(row, 'display_window'),
    pixel_aspect_ratio: row.pixel_aspect_ratio,
    line_order: row.line_order,
    compression: row.compression,
    color_space: row.color_space,
    software: row.software,
    tiles:
      width === null || height === null || levels === null || rounding === null
        ? null
        : { x_size: Number(width), y_size: Number(height), level_mode: levels, rounding_mode: rounding },
    is_deep: row.is_deep,
    ...fromJson(row.details),
  };
}

const windowOf = (row: PartRow, name: 'data_window' | 'display_window'): ExrBox<number> => ({
  x_min: row[`${name}_x_min`],
  y_min: row[`${name}_y_min`],
  x_max: row[`${name}_x_max`],
  y_max: row[`${name}_y_max`],
});

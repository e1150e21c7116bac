import type { ExrPart } from '../rules/inspection.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrBox } from '../../../formats/exr/attributes/values.ts';
import type { NewRowOf, RowOf } from '../../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../../shared/json-text.ts';
import type { EXR_PARTS, PartDetails } from '../exr-tables.ts';
import { cut } from './text-limits.ts';

/** The content of `details`. */
type PartRow = RowOf<typeof EXR_PARTS>;

export function toPartRow(fileId: string, part: ExrPart, fingerprint: Float32Array): NewRowOf<PartRow> {
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

export function toPart(row: PartRow): ExrPart {
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

import type { ExrPart } from '../rules/inspection.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrBox } from '../../../formats/exr/attributes/values.ts';
import type { NewRow, Row } from '../../../vastdb/query/select-query.ts';
import { cut } from './text-limits.ts';

/** The content of `details`. */
type Details = Pick<
  ExrPart,
  | 'timecode'
  | 'chromaticities'
  | 'white_luminance'
  | 'adopted_neutral'
  | 'rendering_transform'
  | 'look_mod_transform'
  | 'aces_container'
>;

export function toPartRow(fileId: string, part: ExrPart, fingerprint: Float32Array): NewRow {
  const { timecode, chromaticities, white_luminance, adopted_neutral, aces_container } = part;
  const details: Details = {
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
    ...windowCells('data_window', part.data_window),
    ...windowCells('display_window', part.display_window),
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
    details: JSON.stringify(details),
    embedding_version: EXR_EMBEDDING_VERSION,
    fingerprint,
  };
}

export function toPart(row: Row): ExrPart {
  const tileWidth = row['tile_x_size'] as bigint | null;
  return {
    index: row['part'] as number,
    name: row['name'] as string | null,
    view: row['view'] as string | null,
    type: row['type'] as string,
    data_window: windowOf(row, 'data_window'),
    display_window: windowOf(row, 'display_window'),
    pixel_aspect_ratio: row['pixel_aspect_ratio'] as number,
    line_order: row['line_order'] as string,
    compression: row['compression'] as string,
    color_space: row['color_space'] as string | null,
    software: row['software'] as string | null,
    tiles:
      tileWidth === null
        ? null
        : {
            x_size: Number(tileWidth),
            y_size: Number(row['tile_y_size']),
            level_mode: row['tile_level_mode'] as string,
            rounding_mode: row['tile_rounding_mode'] as string,
          },
    is_deep: row['is_deep'] as boolean,
    ...(JSON.parse(row['details'] as string) as Details),
  };
}

function windowCells(name: string, { x_min, y_min, x_max, y_max }: ExrBox<number>): NewRow {
  return { [`${name}_x_min`]: x_min, [`${name}_y_min`]: y_min, [`${name}_x_max`]: x_max, [`${name}_y_max`]: y_max };
}

function windowOf(row: Row, name: string): ExrBox<number> {
  const corner = (which: string): number => row[`${name}_${which}`] as number;
  return { x_min: corner('x_min'), y_min: corner('y_min'), x_max: corner('x_max'), y_max: corner('y_max') };
}

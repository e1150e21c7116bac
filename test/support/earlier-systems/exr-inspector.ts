import { Bool, Field, FixedSizeList, Float32, Float64, Int32, Int64, Utf8 } from 'apache-arrow';
import type { EarlierTable } from './arrow-rows.ts';

/* Tables as exr-inspector has them (docs/adr/0038-importers.md), made up. */

const text = new Utf8();
const int = new Int32();
const vector = (dimension: number): FixedSizeList =>
  new FixedSizeList(dimension, new Field('item', new Float32(), false));

export const frameKey = (frame: number): string => `Show/beauty.${1001 + frame}.exr`;
export const fileId = (frame: number): string => `file-${frame}`;

/** Frames of one sequence, of one part with four channels each. */
export function exrInspectorTables(frames: number): Record<string, EarlierTable> {
  const each = <T>(make: (frame: number, of: object) => T): T[] =>
    Array.from({ length: frames }, (_, frame) => make(frame, { file_id: fileId(frame), file_path: frameKey(frame) }));
  const path = { file_id: text, file_path: text };
  return {
    files: {
      name: 'files',
      columns: {
        ...path,
        ...{
          file_path_normalized: text,
          header_hash: text,
          size_bytes: new Int64(),
          mtime: text,
          multipart_count: int,
        },
        ...{ is_deep: new Bool(), metadata_embedding: vector(384), frame_number: int, inspection_timestamp: text },
        ...{ inspection_count: int, last_inspected: text },
      },
      rows: each((frame, of) => ({
        ...of,
        ...{ file_path_normalized: frameKey(frame).toLowerCase(), header_hash: `hash-${frame}`, size_bytes: 5000n },
        ...{ mtime: '2025-03-04T05:06:07+00:00', multipart_count: 1, is_deep: false, frame_number: 1001 + frame },
        metadata_embedding: new Float32Array(384).fill(NaN),
        ...{ inspection_timestamp: '2025-03-05T00:00:00', inspection_count: 3, last_inspected: '2025-03-06T00:00:00' },
      })),
    },
    parts: {
      name: 'parts',
      columns: {
        ...path,
        ...{ part_index: int, width: int, height: int, display_width: int, display_height: int, data_x_offset: int },
        ...{ data_y_offset: int, part_name: text, view_name: text, multi_view: new Bool(), data_window: text },
        ...{ display_window: text, pixel_aspect_ratio: new Float32(), line_order: text, compression: text },
        ...{ color_space: text, render_software: text, is_tiled: new Bool(), tile_width: int, tile_height: int },
        ...{ tile_depth: int, is_deep: new Bool() },
      },
      rows: each((_, of) => ({
        ...of,
        ...{ part_index: 0, width: 1940, height: 1100, display_width: 1920, display_height: 1080, data_x_offset: -10 },
        ...{ data_y_offset: -10, data_window: 'null', display_window: 'null', pixel_aspect_ratio: 1, is_deep: false },
        ...{ line_order: 'increasingY', compression: 'zips', color_space: 'ACEScg', render_software: 'Arnold 7' },
        ...{ is_tiled: false, tile_width: 0, tile_height: 0, tile_depth: 0 },
      })),
    },
    channels: {
      name: 'channels',
      columns: {
        ...path,
        ...{ part_index: int, channel_name: text, layer_name: text, component_name: text, channel_type: text },
        ...{ x_sampling: int, y_sampling: int, channel_fingerprint: vector(128) },
      },
      rows: each((_, of) =>
        ['R', 'G', 'B', 'depth.Z'].map((name) => ({
          ...of,
          ...{ part_index: 0, channel_name: name, channel_type: name === 'depth.Z' ? 'float' : 'half' },
          ...{ x_sampling: 1, y_sampling: 1, channel_fingerprint: new Float32Array(128) },
        })),
      ).flat(),
    },
    attributes: {
      name: 'attributes',
      columns: {
        ...path,
        ...{ part_index: int, attr_name: text, attr_type: text, value_json: text, value_text: text },
        ...{ value_int: new Int64(), value_float: new Float64() },
      },
      rows: each((_, of) => [
        { ...of, part_index: 0, attr_name: 'owner', attr_type: 'string', value_json: '"me"', value_text: 'me' },
        {
          ...{ ...of, part_index: 0, attr_name: 'framesPerSecond', attr_type: 'int', value_json: '24' },
          ...{ value_int: 24n, value_float: 24 },
        },
        { ...of, part_index: 0, attr_name: 'camera', attr_type: 'float[3]', value_json: '[1, 2.5, 3]' },
      ]).flat(),
    },
  };
}

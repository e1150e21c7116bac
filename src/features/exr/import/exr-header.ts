import type { KnownHeader } from '../rules/inspect.ts';
import type { ExrAttribute } from '../../../formats/exr/attributes/attribute.ts';
import {
  COMPRESSIONS,
  type ExrBox,
  type ExrValue,
  LINE_ORDERS,
  PIXEL_TYPES,
} from '../../../formats/exr/attributes/values.ts';
import type { ExrChannel } from '../../../formats/exr/header/channel-list.ts';
import type { ExrHeaderPart } from '../../../formats/exr/header/header.ts';
import type { Row } from '../../../vastdb/engine.ts';
import { integerOf, jsonOf, requiredText, textOf } from '../../../vastdb/foreign/cells.ts';
import { RefusedRow } from '../../../vastdb/foreign/import-report.ts';

/** A row below a file: of a part, or of something of that part. */
export interface PartRow {
  readonly part: number;
  readonly name: string;
  readonly cells: Row;
}

export interface FileRows {
  readonly parts: readonly PartRow[];
  readonly channels: readonly PartRow[];
  readonly attributes: readonly PartRow[];
}

/** Coordinates of OpenEXR are less than this. */
const COORDINATE_LIMIT = 2 ** 30;

/** A header as the rows of an earlier inspection tell it. @throws RefusedRow where they do not make one. */
export function headerOf(hash: string, { parts, channels, attributes }: FileRows): KnownHeader {
  if (parts.length === 0) throw new RefusedRow('it has no parts');
  const read = parts.map((row, index): ExrHeaderPart => {
    if (row.part !== index) throw new RefusedRow(`part ${index} is missing`);
    try {
      const own = channels.filter(({ part }) => part === index).map(channelOf);
      return partOf(row.cells, index, own, attributes.filter(({ part }) => part === index).map(attributeOf));
    } catch (error) {
      throw error instanceof RefusedRow ? new RefusedRow(`part ${index}: ${error.message}`) : error;
    }
  });
  return { parts: read, problems: [], hash, length: 0, fetched: { bytes: 0, reads: 0 } };
}

/** The software and the colour space, which are columns there, are attributes here. */
function partOf(
  row: Row,
  index: number,
  channels: readonly ExrChannel[],
  given: readonly ExrAttribute[],
): ExrHeaderPart {
  const isDeep = row['is_deep'] === true;
  const isTiled = row['is_tiled'] === true;
  const [software, colour] = [textOf(row, 'render_software'), textOf(row, 'color_space')];
  const attributes = new Map<string, ExrAttribute>();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) attributes.set(name, { part: index, name, type: 'string', size: 0, value });
  };
  if (!given.some(({ name }) => name.toLowerCase() === 'software')) add('software', software);
  add('colorSpace', colour);
  for (const attribute of given) attributes.set(attribute.name, attribute);
  const dataWindow = windowOf(row, 'data_window') ?? dataWindowOf(row);
  return {
    index,
    name: textOf(row, 'part_name') ?? null,
    view: textOf(row, 'view_name') ?? null,
    type: isDeep ? (isTiled ? 'deeptile' : 'deepscanline') : isTiled ? 'tiledimage' : 'scanlineimage',
    dataWindow,
    displayWindow: windowOf(row, 'display_window') ?? displayWindowOf(row, dataWindow),
    pixelAspectRatio: ratioOf(row),
    lineOrder: oneOf(row, 'line_order', LINE_ORDERS, 'increasing_y'),
    compression: oneOf(row, 'compression', COMPRESSIONS),
    tiles: isTiled ? tilesOf(row) : null,
    isDeep,
    channels,
    attributes,
  };
}

function dataWindowOf(row: Row): ExrBox<number> {
  const [x, y] = [integerOf(row, 'data_x_offset') ?? 0, integerOf(row, 'data_y_offset') ?? 0];
  return sized(row, 'width', 'height', x, y) ?? noWindow();
}

function noWindow(): never {
  throw new RefusedRow('it has neither data_window nor width and height');
}

/** It is taken to begin at 0, as in nearly all files: the rows lack its origin. */
const displayWindowOf = (row: Row, dataWindow: ExrBox<number>): ExrBox<number> =>
  sized(row, 'display_width', 'display_height', 0, 0) ?? dataWindow;

function sized(row: Row, width: string, height: string, x: number, y: number): ExrBox<number> | undefined {
  const [across, down] = [integerOf(row, width) ?? 0, integerOf(row, height) ?? 0];
  if (across < 1 || down < 1) return undefined;
  return checked({ x_min: x, y_min: y, x_max: x + across - 1, y_max: y + down - 1 }, width);
}

/** JSON of one of two shapes: corners with names, or two points. Null and anything else tell nothing. */
function windowOf(row: Row, column: string): ExrBox<number> | undefined {
  const value = jsonOf(row, column);
  if (typeof value !== 'object' || value === null) return undefined;
  const { xMin, yMin, xMax, yMax, min, max } = value as Record<string, unknown>;
  const [low, high] = [min, max] as ({ x?: unknown; y?: unknown } | undefined)[];
  const corners = [xMin ?? low?.x, yMin ?? low?.y, xMax ?? high?.x, yMax ?? high?.y];
  if (!corners.every(Number.isInteger)) return undefined;
  const [x_min = 0, y_min = 0, x_max = 0, y_max = 0] = corners as number[];
  return checked({ x_min, y_min, x_max, y_max }, column);
}

function checked(box: ExrBox<number>, column: string): ExrBox<number> {
  const isFar = [box.x_min, box.y_min, box.x_max, box.y_max].some((each) => Math.abs(each) >= COORDINATE_LIMIT);
  if (isFar || box.x_max < box.x_min || box.y_max < box.y_min) throw new RefusedRow(`${column} makes no window`);
  return box;
}

function ratioOf(row: Row): number {
  const value = row['pixel_aspect_ratio'];
  return typeof value === 'number' && value > 0 ? value : 1;
}

/** Levels and rounding are not in the rows: they are those of files without a choice of sizes. */
function tilesOf(row: Row) {
  const [x, y] = [integerOf(row, 'tile_width') ?? 0, integerOf(row, 'tile_height') ?? 0];
  if (x < 1 || y < 1) throw new RefusedRow('it is tiled, and tile_width or tile_height is none');
  return { x_size: x, y_size: y, level_mode: 'one_level', rounding_mode: 'round_down' };
}

/** Libraries write such names in several ways: `INCREASING_Y`, `increasingY`, `ZIP_COMPRESSION`, `dwaa:45`. */
function oneOf<Name extends string>(row: Row, column: string, names: readonly Name[], unless?: Name): Name {
  const text = textOf(row, column);
  if (text === undefined && unless !== undefined) return unless;
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/_compression$|:.*$/g, '')
      .replaceAll('_', '');
  const found = names.find((name) => plain(name) === plain(text ?? ''));
  if (found === undefined) throw new RefusedRow(`${column} ${JSON.stringify(text ?? '')} is none of OpenEXR`);
  return found;
}

function channelOf({ part, name, cells }: PartRow): ExrChannel {
  const dot = name.lastIndexOf('.');
  const type = requiredText(cells, 'channel_type').toLowerCase().replace(/32$/, '');
  const pixelType = PIXEL_TYPES.find((each) => each === type);
  if (pixelType === undefined) throw new RefusedRow(`the channel ${name} is of the type ${JSON.stringify(type)}`);
  return {
    part,
    name,
    layer: dot < 0 ? '' : name.slice(0, dot),
    component: name.slice(dot + 1),
    pixel_type: pixelType,
    x_sampling: Math.max(1, integerOf(cells, 'x_sampling') ?? 1),
    y_sampling: Math.max(1, integerOf(cells, 'y_sampling') ?? 1),
    linear: textOf(cells, 'linearity')?.toLowerCase() === 'linear',
  };
}

const attributeOf = ({ part, name, cells }: PartRow): ExrAttribute => ({
  part,
  name,
  type: textOf(cells, 'attr_type') ?? 'unknown',
  size: 0,
  value: valueOf(cells),
});

/** Values of a shape of their own there are kept as the text of their JSON. */
function valueOf(cells: Row): ExrValue {
  const text = textOf(cells, 'value_text');
  if (text !== undefined) return text;
  for (const column of ['value_float', 'value_int']) {
    const number = cells[column];
    if (typeof number === 'number') return number;
  }
  const json = textOf(cells, 'value_json');
  if (json === undefined) return null;
  const value = parsed(json);
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  const isList = (type: string): boolean => Array.isArray(value) && value.every((each) => typeof each === type);
  return isList('number') || isList('string') ? (value as number[] | string[]) : json;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

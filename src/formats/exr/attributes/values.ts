import type { Buffer } from 'node:buffer';

/** A number in JSON. */
export type ExrNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** The value of an attribute, ready for JSON; null if it was not fetched. */
export type ExrValue =
  | null
  | number
  // Also numbers that JSON cannot express; see ExrNumber.
  | string
  | readonly ExrNumber[]
  | readonly string[]
  | ExrBox
  | ExrTiles
  | ExrChromaticities
  | ExrKeyCode
  | ExrTimeCode
  | ExrRational
  | ExrPreview
  | ExrBytes;

/** Both corners belong to the box. */
export interface ExrBox<Coordinate = ExrNumber> {
  readonly x_min: Coordinate;
  readonly y_min: Coordinate;
  readonly x_max: Coordinate;
  readonly y_max: Coordinate;
}

export interface ExrTiles {
  readonly x_size: number;
  readonly y_size: number;
  readonly level_mode: string;
  readonly rounding_mode: string;
}

/** CIE x and y of each. */
export interface ExrChromaticities {
  readonly red: readonly [ExrNumber, ExrNumber];
  readonly green: readonly [ExrNumber, ExrNumber];
  readonly blue: readonly [ExrNumber, ExrNumber];
  readonly white: readonly [ExrNumber, ExrNumber];
}

/** Film edge code (SMPTE 268M, as the file layout keeps it). */
export interface ExrKeyCode {
  readonly film_mfc_code: number;
  readonly film_type: number;
  readonly prefix: number;
  readonly count: number;
  readonly perf_offset: number;
  readonly perfs_per_frame: number;
  readonly perfs_per_count: number;
}

/** SMPTE 12M time and control code. */
export interface ExrTimeCode {
  /** `hh:mm:ss:ff`; a semicolon before the frame where frames are dropped. */
  readonly text: string;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly frame: number;
  readonly drop_frame: boolean;
  readonly color_frame: boolean;
  readonly field_phase: boolean;
  readonly binary_group_flags: readonly number[];
  /** The eight binary groups, as one unsigned number. */
  readonly user_data: number;
}

export interface ExrRational {
  readonly numerator: number;
  readonly denominator: number;
}

/** Its pixels are not fetched. */
export interface ExrPreview {
  readonly width: number;
  readonly height: number;
}

interface ExrBytes {
  readonly base64: string;
  /** The writer's hint about the bytes, for the type `bytes`. */
  readonly type_hint?: string;
}

export function jsonNumber(value: number): ExrNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Powers of ten that a double holds exactly, so that dividing by one gives the double nearest to the decimal. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** A 32-bit float with as few digits as tell it from all others: 0.1 and not 0.10000000149011612. */
export function shortFloat(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  const places = 5 - Math.floor(Math.log10(Math.abs(value)));
  // Nine digits tell any float.
  for (let digits = places; digits <= places + 3; digits += 1) {
    const power = EXACT_POWERS[digits];
    const short = power === undefined ? Number(value.toPrecision(9)) : Math.round(value * power) / power;
    if (Math.fround(short) === value) return short;
  }
  return value;
}

export function base64(bytes: Buffer): ExrBytes {
  return { base64: bytes.toString('base64') };
}

/** The index is the number in the file (OpenEXR File Layout, predefined attribute types; the last two since 3.5). */
export const COMPRESSIONS = [
  'none',
  'rle',
  'zips',
  'zip',
  'piz',
  'pxr24',
  'b44',
  'b44a',
  'dwaa',
  'dwab',
  'htj2k256',
  'htj2k32',
  'lj2k',
  'zstd',
] as const;

export const LINE_ORDERS = ['increasing_y', 'decreasing_y', 'random_y'] as const;
export const PIXEL_TYPES = ['uint', 'half', 'float'] as const;
export const LEVEL_MODES = ['one_level', 'mipmap_levels', 'ripmap_levels'] as const;
export const ROUNDING_MODES = ['round_down', 'round_up'] as const;
export const ENVIRONMENT_MAPS = ['latlong', 'cube'] as const;
export const DEEP_IMAGE_STATES = ['messy', 'sorted', 'non_overlapping', 'tidy'] as const;

export type PixelType = (typeof PIXEL_TYPES)[number];

/** Names a compression; one that this table does not have is `unknown(14)`. */
export function compressionName(number: number): string {
  return COMPRESSIONS[number] ?? `unknown(${number})`;
}

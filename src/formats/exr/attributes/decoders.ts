import type { Buffer } from 'node:buffer';
import { EXR_LIMITS } from '../header/exr-error.ts';
import { decodeText } from '../header/byte-source.ts';
import {
  base64,
  compressionName,
  DEEP_IMAGE_STATES,
  ENVIRONMENT_MAPS,
  type ExrBox,
  type ExrChromaticities,
  type ExrNumber,
  type ExrTiles,
  type ExrTimeCode,
  type ExrValue,
  jsonNumber,
  LEVEL_MODES,
  LINE_ORDERS,
  ROUNDING_MODES,
  shortFloat,
} from './values.ts';

/** A problem of a value; the caller adds the attribute and the offset. */
export class ValueError extends Error {}

interface Decoder {
  /** Size of the value in bytes, if all values of the type have the same. */
  readonly size?: number;
  /** Throws ValueError. The size has been checked. */
  decode(bytes: Buffer): ExrValue;
}

const int = (bytes: Buffer, index: number): number => bytes.readInt32LE(index * 4);
const uint = (bytes: Buffer, index: number): number => bytes.readUInt32LE(index * 4);
const float = (bytes: Buffer, index: number): ExrNumber => jsonNumber(shortFloat(bytes.readFloatLE(index * 4)));
const double = (bytes: Buffer, index: number): ExrNumber => jsonNumber(bytes.readDoubleLE(index * 8));

/** So many numbers in a row: vectors and matrices, the latter row by row. */
function numbers(count: number, width: number, read: (bytes: Buffer, index: number) => ExrNumber): Decoder {
  return { size: count * width, decode: (bytes) => readAll(bytes, count, read) };
}

function readAll(bytes: Buffer, count: number, read: (bytes: Buffer, index: number) => ExrNumber): ExrNumber[] {
  const values: ExrNumber[] = [];
  for (let index = 0; index < count; index += 1) values.push(read(bytes, index));
  return values;
}

function oneOf(names: readonly string[]): Decoder {
  return { size: 1, decode: (bytes) => nameOf(names, bytes.readUInt8(0)) };
}

/** Throws ValueError for a number without a name. */
export function nameOf(names: readonly string[], number: number): string {
  const name = names[number];
  if (name === undefined) throw new ValueError(`has the value ${number}, which means nothing`);
  return name;
}

/** The types that the file layout predefines, and those that the library has added since. `chlist` is read elsewhere. */
export const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['box2i', { size: 16, decode: decodeBox2i }],
  ['box2f', { size: 16, decode: (bytes) => box(bytes, float) }],
  ['bytes', { decode: decodeBytes }],
  ['chromaticities', { size: 32, decode: decodeChromaticities }],
  ['compression', { size: 1, decode: (bytes) => compressionName(bytes.readUInt8(0)) }],
  ['deepImageState', oneOf(DEEP_IMAGE_STATES)],
  ['double', { size: 8, decode: (bytes) => double(bytes, 0) }],
  ['envmap', oneOf(ENVIRONMENT_MAPS)],
  ['float', { size: 4, decode: (bytes) => float(bytes, 0) }],
  ['floatvector', { decode: decodeFloatVector }],
  ['int', { size: 4, decode: (bytes) => int(bytes, 0) }],
  ['keycode', { size: 28, decode: decodeKeyCode }],
  ['lineOrder', oneOf(LINE_ORDERS)],
  ['m33f', numbers(9, 4, float)],
  ['m33d', numbers(9, 8, double)],
  ['m44f', numbers(16, 4, float)],
  ['m44d', numbers(16, 8, double)],
  ['preview', { decode: decodePreview }],
  ['rational', { size: 8, decode: (bytes) => ({ numerator: int(bytes, 0), denominator: uint(bytes, 1) }) }],
  ['string', { decode: (bytes) => decodeText(bytes) }],
  ['stringvector', { decode: decodeStringVector }],
  ['tiledesc', { size: 9, decode: decodeTiles }],
  ['timecode', { size: 8, decode: (bytes) => readTimeCode(uint(bytes, 0), uint(bytes, 1)) }],
  ['v2i', numbers(2, 4, int)],
  ['v2f', numbers(2, 4, float)],
  ['v2d', numbers(2, 8, double)],
  ['v3i', numbers(3, 4, int)],
  ['v3f', numbers(3, 4, float)],
  ['v3d', numbers(3, 8, double)],
]);

function box<Coordinate>(bytes: Buffer, read: (bytes: Buffer, index: number) => Coordinate): ExrBox<Coordinate> {
  return { x_min: read(bytes, 0), y_min: read(bytes, 1), x_max: read(bytes, 2), y_max: read(bytes, 3) };
}

export function decodeBox2i(bytes: Buffer): ExrBox<number> {
  return box(bytes, int);
}

export function decodeTiles(bytes: Buffer): ExrTiles {
  const mode = bytes.readUInt8(8);
  return {
    x_size: uint(bytes, 0),
    y_size: uint(bytes, 1),
    level_mode: nameOf(LEVEL_MODES, mode & 0xf),
    rounding_mode: nameOf(ROUNDING_MODES, mode >>> 4),
  };
}

function decodeChromaticities(bytes: Buffer): ExrChromaticities {
  const point = (index: number): [ExrNumber, ExrNumber] => [float(bytes, index), float(bytes, index + 1)];
  return { red: point(0), green: point(2), blue: point(4), white: point(6) };
}

function decodeKeyCode(bytes: Buffer): ExrValue {
  return {
    film_mfc_code: int(bytes, 0),
    film_type: int(bytes, 1),
    prefix: int(bytes, 2),
    count: int(bytes, 3),
    perf_offset: int(bytes, 4),
    perfs_per_frame: int(bytes, 5),
    perfs_per_count: int(bytes, 6),
  };
}

function decodePreview(bytes: Buffer): ExrValue {
  if (bytes.length < 8) throw new ValueError('is too short for a preview');
  return { width: uint(bytes, 0), height: uint(bytes, 1) };
}

function decodeBytes(bytes: Buffer): ExrValue {
  if (bytes.length < 4) throw new ValueError('is too short for the length of its type hint');
  const hintLength = uint(bytes, 0);
  if (hintLength > bytes.length - 4) throw new ValueError('is shorter than its type hint');
  return { type_hint: decodeText(bytes, 4, 4 + hintLength), ...base64(bytes.subarray(4 + hintLength)) };
}

function decodeFloatVector(bytes: Buffer): ExrValue {
  if (bytes.length % 4 !== 0) throw new ValueError('is no whole number of floats');
  const length = bytes.length / 4;
  if (length > EXR_LIMITS.vectorItems) throw new ValueError(`has more than ${EXR_LIMITS.vectorItems} items`);
  return readAll(bytes, length, float);
}

function decodeStringVector(bytes: Buffer): ExrValue {
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (texts.length === EXR_LIMITS.vectorItems) throw new ValueError(`has more than ${EXR_LIMITS.vectorItems} items`);
    if (bytes.length - at < 4) throw new ValueError('ends within the length of a text');
    const length = bytes.readInt32LE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) throw new ValueError(`has a text of ${length} bytes`);
    texts.push(decodeText(bytes, at, at + length));
    at += length;
  }
  return texts;
}

/**
 * Reads a time code from the two words of its attribute, which are packed as for 60-field television: digits are binary
 * coded, and flags lie in the bits that the tens do not need (SMPTE 12M).
 */
export function readTimeCode(timeAndFlags: number, userData: number): ExrTimeCode {
  const bits = (from: number, count: number): number => (timeAndFlags >>> from) & ((1 << count) - 1);
  const decimal = (from: number, tensBits: number): number => bits(from + 4, tensBits) * 10 + bits(from, 4);
  const frame = decimal(0, 2);
  const seconds = decimal(8, 3);
  const minutes = decimal(16, 3);
  const hours = decimal(24, 2);
  const dropFrame = bits(6, 1) === 1;
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    text: `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`,
    hours,
    minutes,
    seconds,
    frame,
    drop_frame: dropFrame,
    color_frame: bits(7, 1) === 1,
    field_phase: bits(15, 1) === 1,
    binary_group_flags: [bits(23, 1), bits(30, 1), bits(31, 1)],
    user_data: userData >>> 0,
  };
}

import { Type, type Data } from 'apache-arrow';
import type { FloatArray, Value } from '../store/value.ts';
import { isHalfFloat } from './arrow-types.ts';

const NUMBERS_OF_DECIMAL = 4;

/** The values of one decoded Arrow column. */
export function readValues(data: Data): Value[] {
  const read = reader(data);
  const values = new Array<Value>(data.length);
  for (let index = 0; index < data.length; index += 1) {
    values[index] = data.nullCount === 0 || isValid(data, index) ? read(index) : null;
  }
  return values;
}

function isValid({ nullBitmap, offset }: Data, index: number): boolean {
  const bit = offset + index;
  return (((nullBitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

function reader(data: Data): (index: number) => Value {
  switch (data.typeId) {
    case Type.Utf8:
      return textReader(data);
    case Type.Binary:
      return binaryReader(data);
    case Type.FixedSizeBinary: {
      const bytes = data.values as Uint8Array;
      return (index) => bytes.slice(index * data.stride, (index + 1) * data.stride);
    }
    case Type.Bool: {
      const bits = data.values as Uint8Array;
      return (index) => (((bits[(data.offset + index) >> 3] ?? 0) >> ((data.offset + index) & 7)) & 1) === 1;
    }
    case Type.Decimal:
      return decimalReader(data);
    case Type.Struct: {
      const children = data.children.map(readValues);
      return (index) => children.map((values) => values[index] ?? null);
    }
    case Type.List:
    case Type.Map:
      return listReader(data);
    case Type.FixedSizeList:
      return fixedSizeListReader(data);
    default: {
      const values = data.values as ArrayLike<number | bigint>;
      if (isHalfFloat(data.type)) return (index) => halfToNumber(Number(values[index]));
      return (index) => values[index] ?? null;
    }
  }
}

function textReader(data: Data): (index: number) => Value {
  const bytes = data.values as Uint8Array;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = data.valueOffsets as Int32Array;
  return (index) => buffer.toString('utf8', offsets[index], offsets[index + 1]);
}

function binaryReader(data: Data): (index: number) => Value {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as Int32Array;
  return (index) => bytes.slice(offsets[index], offsets[index + 1]);
}

function decimalReader(data: Data): (index: number) => Value {
  const words = data.values as Uint32Array;
  return (index) => {
    let value = 0n;
    for (let word = NUMBERS_OF_DECIMAL - 1; word >= 0; word -= 1) {
      value = (value << 32n) | BigInt(words[index * NUMBERS_OF_DECIMAL + word] ?? 0);
    }
    return BigInt.asIntN(128, value);
  };
}

function listReader(data: Data): (index: number) => Value {
  const elements = data.children[0] === undefined ? [] : readValues(data.children[0]);
  const offsets = data.valueOffsets as Int32Array;
  return (index) => elements.slice(offsets[index], offsets[index + 1]);
}

function fixedSizeListReader(data: Data): (index: number) => Value {
  const size = data.stride;
  const child = data.children[0];
  if (child === undefined) return () => [];
  const values = child.values as ArrayLike<Value> & Partial<FloatArray>;
  if (values instanceof Float32Array || values instanceof Float64Array) {
    return (index) => values.slice(index * size, (index + 1) * size);
  }
  const elements = readValues(child);
  return (index) => elements.slice(index * size, (index + 1) * size);
}

/** IEEE 754 half precision, from its 16 bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/**
 * A value as the emulator keeps it: 64-bit integers, timestamps, 64-bit times and decimals as bigint, other
 * numbers and dates as number, a fixed-size list of floats as a typed array, another list as an array, a struct as the array
 * of its children, a map as an array of pairs.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | FloatArray | readonly Value[];

export type FloatArray = Float32Array | Float64Array;

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Order of two texts by their UTF-8 bytes, which differs from JavaScript's own beyond U+FFFF. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return byCodePoint(a) - byCodePoint(b);
  }
  return left.length - right.length;
}

/** Order of two values of one column, neither null. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  if (isList(left) && isList(right)) return compareLists(left, right);
  const a = left as number | bigint | boolean;
  const b = right as number | bigint | boolean;
  return a < b ? -1 : a > b ? 1 : 0;
}

function byCodePoint(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit >= AFTER_SURROGATES ? unit - 0x800 : unit + 0x2000;
}

function isList(value: Value): value is FloatArray | readonly Value[] {
  return Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array;
}

function compareLists(left: ArrayLike<Value>, right: ArrayLike<Value>): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(left[index] ?? null, right[index] ?? null);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

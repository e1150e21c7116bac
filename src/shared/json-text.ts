import type { JsonText } from './paging.ts';

/** Adds properties to the text of a JSON object that has at least one, without parsing it. */
export function withProperties(object: JsonText, properties: JsonText): JsonText {
  return properties === '' ? object : `${object.slice(0, -1)},${properties}}`;
}

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d];

/**
 * Joins JSON texts into one list, in UTF-8. The list is never a string: joining, measuring and sending a large one would
 * each copy it, and the copies would stay until the next full garbage collection.
 */
export function jsonListBytes(items: readonly JsonText[]): Buffer {
  let length = Math.max(items.length, 1) + 1;
  for (const item of items) length += Buffer.byteLength(item);
  const list = Buffer.allocUnsafeSlow(length);
  let end = 0;
  for (const item of items) {
    list[end] = end === 0 ? OPEN : COMMA;
    end += 1 + list.write(item, end + 1);
  }
  if (end === 0) list[end++] = OPEN;
  list[end] = CLOSE;
  return list;
}

declare const value: unique symbol;

/** A value as JSON text, which knows the type of the value. */
export type Json<Value> = string & { readonly [value]: Value };

export const toJson = <Value>(of: Value): Json<Value> => JSON.stringify(of) as Json<Value>;

/** The value that `toJson` was given. Nothing checks text that comes from elsewhere. */
export const fromJson = <Value>(text: Json<Value>): Value => JSON.parse(text) as Value;

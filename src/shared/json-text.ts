import type { JsonText } from './paging.ts';

/** Adds properties to the text of a JSON object that has at least one, without parsing it. */
export function withProperties(object: JsonText, properties: JsonText): JsonText {
  return properties === '' ? object : `${object.slice(0, -1)},${properties}}`;
}

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d];
/** In bytes of UTF-8. */
const LONGEST_CHARACTER = 4;

/**
 * Joins JSON texts into one list, in UTF-8. The list is never a string: joining, measuring and sending a large one would
 * each copy it, and the copies would stay until the next full garbage collection.
 */
export function jsonListBytes(items: readonly JsonText[]): Buffer {
  let length = Math.max(items.length, 1) + 1;
  for (const item of items) length += item.length;
  // One more character fits. So what is written of a text that does not fit has more bytes than the text has characters.
  let list: Buffer = Buffer.allocUnsafeSlow(length + LONGEST_CHARACTER);
  let isAscii = true;
  let end = 0;
  for (const [index, item] of items.entries()) {
    list[end] = end === 0 ? OPEN : COMMA;
    let written = list.write(item, end + 1);
    if (isAscii && written !== item.length) {
      // Bytes are counted only now: counting takes as long as writing, and most texts are ASCII.
      isAscii = false;
      list = withRoom(list.subarray(0, end + 1), items.slice(index));
      written = list.write(item, end + 1);
    }
    end += 1 + written;
  }
  if (end === 0) list[end++] = OPEN;
  list[end] = CLOSE;
  return list.subarray(0, end + 1);
}

/** A copy of the beginning of a list, with room for the rest of its items. */
function withRoom(beginning: Buffer, rest: readonly JsonText[]): Buffer {
  const bytes = rest.reduce((sum, item) => sum + Buffer.byteLength(item) + 1, 0);
  const list = Buffer.allocUnsafeSlow(beginning.length + bytes);
  beginning.copy(list);
  return list;
}

declare const value: unique symbol;

/** A value as JSON text, which knows the type of the value. */
export type Json<Value> = string & { readonly [value]: Value };

export const toJson = <Value>(of: Value): Json<Value> => JSON.stringify(of) as Json<Value>;

/** The value that `toJson` was given. Nothing checks text that comes from elsewhere. */
export const fromJson = <Value>(text: Json<Value>): Value => JSON.parse(text) as Value;

import type { JsonText } from './paging.ts';

/** Adds properties to the text of a JSON object that has at least one, without parsing it. */
export function withProperties(object: JsonText, properties: JsonText): JsonText {
  return properties === '' ? object : `${object.slice(0, -1)},${properties}}`;
}

declare const value: unique symbol;

/** A value as JSON text, which knows the type of the value. */
export type Json<Value> = string & { readonly [value]: Value };

export const toJson = <Value>(of: Value): Json<Value> => JSON.stringify(of) as Json<Value>;

/** The value that `toJson` was given. Nothing checks text that comes from elsewhere. */
export const fromJson = <Value>(text: Json<Value>): Value => JSON.parse(text) as Value;

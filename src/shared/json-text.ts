import type { JsonText } from './paging.ts';

/** Adds properties to the text of a JSON object that has at least one, without parsing it. */
export function withProperties(object: JsonText, properties: JsonText): JsonText {
  return properties === '' ? object : `${object.slice(0, -1)},${properties}}`;
}

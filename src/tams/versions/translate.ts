import type { TObject } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import type { JsonText } from '../../shared/paging.ts';

/**
 * Translates the text of a JSON object. Most texts are the same in every version: a search in the text spares them the
 * parser.
 *
 * @param mayDiffer true for every text that `translate` would change, and perhaps for others
 */
export function translated<Value>(
  text: JsonText,
  mayDiffer: (text: JsonText) => boolean,
  translate: (value: Value) => Value,
): JsonText {
  return mayDiffer(text) ? JSON.stringify(translate(JSON.parse(text) as Value)) : text;
}

/** The same query with fewer parameters. Handlers find that these were not given. */
export function without<Query extends TObject>(query: Query, names: readonly (keyof Query['properties'])[]): Query {
  const properties = Object.entries(query.properties).filter(([name]) => !names.includes(name));
  return Type.Object(Object.fromEntries(properties)) as unknown as Query;
}

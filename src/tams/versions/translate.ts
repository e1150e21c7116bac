import type { TObject } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import type { JsonText } from '../../shared/paging.ts';
import { AppError } from '../../shared/errors.ts';
import type { Validate } from '../../http/validation/body-validator.ts';

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
  // Services print the text, of a value of this type.
  return mayDiffer(text) ? JSON.stringify(translate(JSON.parse(text) as Value)) : text;
}

/** The same query with fewer parameters. Handlers find that these were not given. */
export function without<Query extends TObject>(query: Query, names: readonly (keyof Query['properties'])[]): Query {
  const properties = Object.entries(query.properties).filter(([name]) => !names.includes(name));
  return Type.Object(Object.fromEntries(properties)) as unknown as Query;
}

/** Where clients of 7.0 find what 7.0 does not have. */
export const OF_NEWEST = 'of TAMS 8.2, which this server speaks at /v8.2';

/** Says where a body belongs that this version refuses, and the newest one takes. */
export function orNewer(own: Validate, newest: Validate): Validate {
  return (body) => {
    const result = own(body);
    if (!('error' in result) || 'error' in newest(body)) return result;
    const { code, message, field } = result.error;
    const summary = `${message}; this body is ${OF_NEWEST}`;
    return { error: new AppError(code, summary, field === undefined ? {} : { field }) };
  };
}

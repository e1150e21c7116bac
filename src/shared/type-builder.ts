import type Library from 'typebox';
import type { TProperties, TSchema } from 'typebox';

/** The builders of TypeBox that schemas here are made with. */
type Builders = Pick<
  typeof Library,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>;

/** Marks a property that may be left out, as TypeBox does. It is no part of the JSON Schema, so it is not enumerable. */
const OPTIONAL = { '~optional': { value: true } };

const isRequired = (schema: TSchema): boolean => !Object.hasOwn(schema, '~optional');

function objectOf(properties: TProperties, options?: object): TSchema {
  const required = Object.keys(properties).filter((name) => isRequired(properties[name] ?? {}));
  return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
}

/**
 * Builds JSON Schemas, with the types of TypeBox. Its own builders come with 300 modules that nothing here calls: 13 MB and
 * 60 ms of each start (docs/adr/0044-memory-and-start.md). A test compares the schemas with those of the library.
 */
export const Type = {
  Array: (items: TSchema, options?: object) => ({ type: 'array', items, ...options }),
  Boolean: (options?: object) => ({ type: 'boolean', ...options }),
  Enum: (values: readonly unknown[], options?: object) => ({ enum: values, ...options }),
  Integer: (options?: object) => ({ type: 'integer', ...options }),
  Literal: (value: unknown, options?: object) => ({ type: typeof value, const: value, ...options }),
  Null: (options?: object) => ({ type: 'null', ...options }),
  Number: (options?: object) => ({ type: 'number', ...options }),
  Object: objectOf,
  Optional: (schema: TSchema) => Object.defineProperties({ ...schema }, OPTIONAL),
  /** Its keys are any strings: other types of keys are not known here. */
  Record: (_key: TSchema, value: TSchema, options?: object) => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  String: (options?: object) => ({ type: 'string', ...options }),
  Union: (anyOf: TSchema[], options?: object) => ({ anyOf, ...options }),
  Unknown: (options?: object) => ({ ...options }),
  Unsafe: (schema: TSchema) => ({ ...schema }),
} as unknown as Builders;

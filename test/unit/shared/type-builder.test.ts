import Library from 'typebox';
import { describe, expect, it } from 'vitest';
import { Type } from '../../../src/shared/type-builder.ts';

/** The same schemas, from ours and from those of the library. */
const schemasOf = (type: typeof Type) => ({
  array: type.Array(type.String(), { minItems: 1 }),
  boolean: type.Boolean({ description: 'a' }),
  enum: type.Enum(['a', 'b'], { type: 'string' }),
  integer: type.Integer({ minimum: 1 }),
  literals: [type.Literal('a'), type.Literal(1), type.Literal(true)],
  null: type.Null(),
  number: type.Number({ default: 1 }),
  empty: type.Object({}),
  object: type.Object({ a: type.String(), b: type.Optional(type.Integer({ minimum: 2 })) }, { title: 'A' }),
  optional: type.Optional(type.String({ pattern: '^a$' })),
  record: type.Record(type.String(), type.Array(type.String()), { maxProperties: 2 }),
  union: type.Union([type.String(), type.Null()], { description: 'a' }),
  unknown: [type.Unknown(), type.Unknown({ description: 'a' })],
  unsafe: type.Unsafe<string>({ anyOf: [type.String()] }),
});

describe('Type', () => {
  it.each(Object.keys(schemasOf(Type)) as (keyof ReturnType<typeof schemasOf>)[])(
    'builds the schema of the library: %s',
    (name) => {
      expect(JSON.stringify(schemasOf(Type)[name])).toBe(JSON.stringify(schemasOf(Library)[name]));
    },
  );

  it('takes a copied optional property for a required one, as the library does', () => {
    const copied = (type: typeof Type) => type.Object({ a: { ...type.Optional(type.String()) } });
    expect(copied(Type)).toHaveProperty('required', ['a']);
    expect(copied(Library)).toHaveProperty('required', ['a']);
  });

  it('leaves the schema that it makes optional as it is', () => {
    const schema = Type.String();
    Type.Optional(schema);
    expect(Type.Object({ schema })).toHaveProperty('required', ['schema']);
  });
});

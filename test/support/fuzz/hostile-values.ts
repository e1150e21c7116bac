import fc from 'fast-check';
import type { ApiDocument, Schema } from './api-document.ts';

/** Texts that break what handles texts without care. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\u0000', '__proto__', 'constructor', 'toString', '../..', '%', '%00', '%E0%A4%A', "' OR 1=1 --"],
    ...['\ud800', '\udc00x', '\u202e', '\ufeff', 'a\nb', '🎬', 'null', '-0', '1e999', '()', '_', '[5:0_3:0)', '[0:0_'],
    ...['99999999999999999999:0', 'http://x', 'urn:x-nmos:format:video', 'x'.repeat(5_000), 'é'.repeat(300)],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const hostileNumber = fc.constantFrom(0, -0, -1, 0.5, 1, 2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 63, 1e308, -1e308, 5e-324);

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** Any JSON, with what is unusual in it more often than not. */
const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], deep(40), deep(2_000)),
  fc
    .constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}')
    .map((text) => JSON.parse(text) as unknown),
  fc.dictionary(hostileText, fc.oneof(hostileText, hostileNumber), { maxKeys: 3 }),
);

/** Values of a schema, one in some of whose parts is not. `ids` are those of what the server has. */
export function valueOf(
  document: ApiDocument,
  given: Schema,
  ids: readonly string[],
  depth = 0,
): fc.Arbitrary<unknown> {
  const schema = document.resolve(given);
  const valid = validValue(document, schema, ids, depth);
  return fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: hostileJson });
}

function validValue(
  document: ApiDocument,
  schema: Schema,
  ids: readonly string[],
  depth: number,
): fc.Arbitrary<unknown> {
  const of = (inner: unknown): fc.Arbitrary<unknown> => valueOf(document, (inner ?? {}) as Schema, ids, depth + 1);
  const choices = (schema['oneOf'] ?? schema['anyOf']) as Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  const values = schema['enum'] as unknown[] | undefined;
  if (values !== undefined) return fc.constantFrom(...values);
  switch (schema['type']) {
    case 'object':
      return objectOf(schema, of);
    case 'array':
      return fc.array(of(schema['items']), { maxLength: depth > 3 ? 1 : 3 });
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), hostileNumber);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textOf(schema, ids);
    default:
      return hostileJson;
  }
}

function objectOf(schema: Schema, of: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = (schema['required'] ?? []) as string[];
  const record = fc.record(Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])), {
    requiredKeys: required,
  });
  const additional = schema['additionalProperties'];
  if (additional === false) return record;
  const more = fc.dictionary(hostileText, of(additional === true ? {} : additional), { maxKeys: 2 });
  return fc.oneof({ weight: 3, arbitrary: record }, { weight: 1, arbitrary: fc.tuple(record, more).map(joined) });
}

/** By defining properties: names may be `__proto__`. */
const joined = ([a, b]: [object, object]): unknown => Object.fromEntries([...Object.entries(a), ...Object.entries(b)]);

function textOf({ pattern, format }: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2025-03-01T12:00:00.000Z', '9999-99-99T99:99:99Z');
  const text = typeof pattern === 'string' ? pattern : '';
  if (text.includes('{8}-')) return fc.constantFrom(...ids, '00000000-0000-4000-8000-000000000000');
  if (text.includes('(_(')) return fc.constantFrom('[0:0_10:0)', '[5:0]', '_', '()', '[5:0_3:0)', '-5:0_9223372036:0');
  if (text.includes(':(0|')) return fc.constantFrom('0:0', '-1:5', '9223372036:854775807', '99999999999:0');
  if (text.includes('/')) return fc.constantFrom('video/mp2t', 'video/raw', 'audio/x-raw-float', 'x/y');
  return fc.oneof(fc.constantFrom('news', 'a', ...ids), hostileText);
}

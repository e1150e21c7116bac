import { parse } from 'node:querystring';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { Integer, limitParameter, Timerange, Uuid } from '../../../../src/http/schemas/common.ts';
import { readTagFilter } from '../../../../src/tams/documents/tag-filter.ts';
import { compileQuery } from '../../../../src/http/validation/query-validator.ts';

const validate = compileQuery(
  Type.Object({
    limit: limitParameter('Results.'),
    height: Type.Optional(Integer()),
    word: Type.Optional(Type.String({ maxLength: 3 })),
    width: Type.Optional(Type.Integer()),
    flag: Type.Optional(Type.Boolean()),
    id: Type.Optional(Uuid),
    colour: Type.Optional(Type.Enum(['red', 'green'])),
    timerange: Type.Optional(Timerange),
    label: Type.Optional(Type.String()),
    'tag.{name}': Type.Optional(Type.String()),
    'tag_exists.{name}': Type.Optional(Type.Boolean()),
  }),
);

const read = (query: string) => {
  const result = validate(parse(query));
  return 'error' in result ? result.error.message : { ...(result.value as Record<string, unknown>) };
};

describe('a query', () => {
  it.each([
    ['', {}],
    ['limit=5&flag=true&label=', { limit: 5, flag: true, label: '' }],
    ['limit=007', { limit: 7 }],
    // The operation lowers it.
    ['limit=99999999999999999999999999', { limit: 1e26 }],
    ['height=-9007199254740991&word=abc', { height: Number.MIN_SAFE_INTEGER, word: 'abc' }],
    ['width=-3', { width: -3 }],
    ['colour=red', { colour: 'red' }],
    ['timerange=&label=true', { timerange: '', label: 'true' }],
    ['unknown=1&unknown=2&__proto__=x', {}],
    ['tag.a%20b%2Fc=1&tag_exists.%C3%A9=false', { 'tag.a b/c': '1', 'tag_exists.é': false }],
  ])('%s is read as %j', (query, values) => {
    expect(read(query)).toEqual(values);
  });

  it.each([
    ['limit=0', 'limit must be an integer of at least 1'],
    ['limit=-1', 'limit must be an integer of at least 1'],
    ['limit=', 'limit must be an integer of at least 1'],
    ['limit=5.0', 'limit must be an integer of at least 1'],
    ['limit=1e2', 'limit must be an integer of at least 1'],
    ['limit=%205', 'limit must be an integer of at least 1'],
    ['width=x', 'width must be an integer'],
    ['height=9007199254740992', 'height must be at most 9007199254740991'],
    ['height=-9007199254740992', 'height must be at least -9007199254740991'],
    ['word=abcd', 'word must have at most 3 characters'],
    ['flag=TRUE', 'flag must be true or false'],
    ['flag=1', 'flag must be true or false'],
    ['flag=', 'flag must be true or false'],
    ['id=ABC', 'id must be a lower-case UUID'],
    ['colour=blue', 'colour must be one of red, green'],
    ['limit=1&limit=1', 'limit is given more than once'],
    ['tag.a=1&tag.a=2', 'tag.a is given more than once'],
    ['tag_exists.a=yes', 'tag_exists.a must be true or false'],
  ])('%s is refused: %s', (query, fault) => {
    expect(read(query)).toBe(fault);
  });
});

describe('filters by tags', () => {
  it('are those of any name, also of names that objects have of themselves', () => {
    const result = validate(parse('tag.__proto__=a&tag.x.y=b&tag_exists.constructor=true&label=c'));
    if ('error' in result) throw result.error;
    const whole = (text: string) => ({ anyOf: [text], items: false });
    const { values, exists } = readTagFilter(result.value as Record<string, unknown>, whole);
    expect([...values]).toEqual([
      ['__proto__', whole('a')],
      ['x.y', whole('b')],
    ]);
    expect([...exists]).toEqual([['constructor', true]]);
  });
});

it('refuses a schema with a keyword that it does not check', () => {
  const since = Type.String({ format: 'date-time' });
  expect(() => compileQuery(Type.Object({ since }))).toThrow('format of the parameter since would not be checked');
});

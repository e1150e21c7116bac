import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { compileBody, compileOneOrMany, compileOptionalBody } from '../../../../src/http/validation/body-validator.ts';
import { segmentInput } from '../../../../src/tams/segments/segment-schemas.ts';
import type { Validated } from '../../../../src/http/validation/body-validator.ts';

const faultOf = (result: Validated): string => ('error' in result ? result.error.message : 'no fault');

const nested = (levels: number): unknown => JSON.parse('{"inner":'.repeat(levels) + '0' + '}'.repeat(levels));

describe('a body', () => {
  const validate = compileBody(
    Type.Object({
      name: Type.String(),
      count: Type.Optional(Type.Integer({ minimum: 1 })),
      colour: Type.Optional(Type.Enum(['red', 'green'])),
      either: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
      closed: Type.Optional(Type.Object({ a: Type.Optional(Type.Boolean()) }, { additionalProperties: false })),
    }),
  );

  it('is passed on as it is, unknown properties included', () => {
    const body = { name: 'x', unknown: { kept: true } };
    expect(validate(body)).toEqual({ value: body });
  });

  it.each([
    [null, 'body must be an object'],
    ['text', 'body must be an object'],
    [{}, 'body/name is required'],
    [{ name: 5 }, 'body/name must be a string'],
    [{ name: 'x', count: '5' }, 'body/count must be an integer'],
    [{ name: 'x', count: 1.5 }, 'body/count must be an integer'],
    [{ name: 'x', count: 0 }, 'body/count must be >= 1'],
    [{ name: 'x', count: null }, 'body/count must be an integer'],
    [{ name: 'x', colour: 'blue' }, 'body/colour must be one of red, green'],
    [{ name: 'x', either: 5 }, 'body/either must be a string or a list'],
    [{ name: 'x', either: ['a', null] }, 'body/either/1 must be a string'],
    [{ name: 'x', closed: { b: 1 } }, 'body/closed/b is not a property that is allowed here'],
    [{ name: 'x', closed: { a: 'true' } }, 'body/closed/a must be true or false'],
  ])('%j is refused: %s', (body, fault) => {
    expect(faultOf(validate(body))).toBe(fault);
  });

  it('is refused when it is nested so deep that printing it could exhaust the stack', () => {
    expect(faultOf(validate({ name: 'x', unknown: nested(20) }))).toBe('no fault');
    expect(faultOf(validate({ name: 'x', unknown: nested(100_000) }))).toBe('body is nested deeper than 32 levels');
  });
});

describe('an optional body', () => {
  const validate = compileOptionalBody(Type.Object({ limit: Type.Optional(Type.Integer()) }));

  it('may be missing, but not wrong', () => {
    expect(validate(null)).toEqual({ value: undefined });
    expect(validate({ limit: 1 })).toEqual({ value: { limit: 1 } });
    expect(faultOf(validate({ limit: '1' }))).toBe('body/limit must be an integer');
  });
});

describe('one segment or a list of them', () => {
  const validate = compileOneOrMany(segmentInput(Type.Optional(Type.String()), {}), 100, 'segments');
  const segment = { object_id: 'a', timerange: '[0:0_1:0)' };

  it('is taken in both forms', () => {
    expect(validate(segment)).toEqual({ value: segment });
    expect(validate([segment, segment])).toEqual({ value: [segment, segment] });
    expect(validate([])).toEqual({ value: [] });
  });

  it('names the item and the property at fault', () => {
    expect(faultOf(validate({ ...segment, timerange: '5' }))).toMatch(/^body\/timerange must be a timerange/);
    expect(faultOf(validate([segment, segment, { object_id: 'a' }]))).toBe('body/2/timerange is required');
    expect(faultOf(validate([segment, 7]))).toBe('body/1 must be an object');
    expect(faultOf(validate([{ ...segment, get_urls: [{ url: 'u' }, { label: 'l' }] }]))).toBe(
      'body/0/get_urls/1/url is required',
    );
  });

  it('speaks of timeranges with their own code', () => {
    const result = validate([segment, { ...segment, timerange: 'x' }]);
    expect(result).toMatchObject({ error: { code: 'invalid_timerange', field: 'body/1/timerange' } });
  });

  it('may not hold more than the limit', () => {
    expect('value' in validate(Array.from({ length: 100 }, () => segment))).toBe(true);
    expect(faultOf(validate(Array.from({ length: 101 }, () => segment)))).toMatch(/101 segments.*may hold 100/);
  });
});

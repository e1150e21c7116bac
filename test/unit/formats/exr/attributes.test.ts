import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import {
  attributeColumns,
  type ExrAttribute,
  type ExrProblem,
} from '../../../../src/formats/exr/attributes/attribute.ts';
import { readTimeCode } from '../../../../src/formats/exr/attributes/decoders.ts';
import { EXR_LIMITS } from '../../../../src/formats/exr/header/exr-error.ts';
import { attribute, double, float, int, requiredAttributes } from '../../../support/exr-writer.ts';
import { fixture, readBytes, readPart } from './support.ts';

async function read(
  type: string,
  value: Buffer,
): Promise<{ attribute: ExrAttribute | undefined; problems: readonly ExrProblem[] }> {
  const { parts, problems } = await readPart(requiredAttributes(attribute('it', type, value)));
  return { attribute: parts[0]?.attributes.get('it'), problems };
}

const base64 = (bytes: Buffer): { base64: string } => ({ base64: bytes.toString('base64') });

describe('attributes', () => {
  it.each<[type: string, value: Buffer, expected: unknown]>([
    ['box2i', int(-1, -2, 3, 4), { x_min: -1, y_min: -2, x_max: 3, y_max: 4 }],
    ['box2f', float(-0.5, 0, 0.25, 1), { x_min: -0.5, y_min: 0, x_max: 0.25, y_max: 1 }],
    ['bytes', Buffer.concat([int(2), Buffer.from('xy\x01\xff', 'latin1')]), { type_hint: 'xy', base64: 'Af8=' }],
    [
      'chromaticities',
      float(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
      { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] },
    ],
    ['compression', Buffer.of(9), 'dwab'],
    ['deepImageState', Buffer.of(2), 'non_overlapping'],
    ['double', double(Math.PI), Math.PI],
    ['envmap', Buffer.of(1), 'cube'],
    ['float', float(0.1), 0.1],
    ['floatvector', float(1, 2.5), [1, 2.5]],
    ['floatvector', Buffer.alloc(0), []],
    ['int', int(-(2 ** 31)), -(2 ** 31)],
    [
      'keycode',
      int(1, 2, 3, 4, 5, 6, 7),
      { film_mfc_code: 1, film_type: 2, prefix: 3, count: 4, perf_offset: 5, perfs_per_frame: 6, perfs_per_count: 7 },
    ],
    ['lineOrder', Buffer.of(2), 'random_y'],
    ['m33f', float(1, 2, 3, 4, 5, 6, 7, 8, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['m33d', double(1, 2, 3, 4, 5, 6, 7, 8, 0.1), [1, 2, 3, 4, 5, 6, 7, 8, 0.1]],
    ['m44f', float(...Array<number>(16).fill(0.5)), Array<number>(16).fill(0.5)],
    ['m44d', double(...Array<number>(16).fill(0.1)), Array<number>(16).fill(0.1)],
    ['preview', Buffer.concat([int(2, 1), Buffer.alloc(8)]), { width: 2, height: 1 }],
    ['rational', int(-24_000, -1), { numerator: -24_000, denominator: 2 ** 32 - 1 }],
    ['string', Buffer.from('Grüezi, 世界'), 'Grüezi, 世界'],
    ['string', Buffer.from('Gr\xfcezi', 'latin1'), 'Grüezi'],
    ['string', Buffer.alloc(0), ''],
    ['stringvector', Buffer.concat([int(1), Buffer.from('a'), int(0), int(2), Buffer.from('ü')]), ['a', '', 'ü']],
    ['stringvector', Buffer.alloc(0), []],
    [
      'tiledesc',
      Buffer.concat([int(32, 16), Buffer.of(0x11)]),
      { x_size: 32, y_size: 16, level_mode: 'mipmap_levels', rounding_mode: 'round_up' },
    ],
    ['v2i', int(1, -1), [1, -1]],
    ['v2f', float(0.5, 0.2), [0.5, 0.2]],
    ['v2d', double(0.5, 0.2), [0.5, 0.2]],
    ['v3i', int(1, -1, 0), [1, -1, 0]],
    ['v3f', float(1, -1, 0.3), [1, -1, 0.3]],
    ['v3d', double(1, -1, 0.3), [1, -1, 0.3]],
    ['somethingElse', Buffer.of(0, 255), { base64: 'AP8=' }],
    ['float', float(NaN), 'NaN'],
    ['v2f', float(Infinity, -Infinity), ['Infinity', '-Infinity']],
  ])('reads the type %s (%#)', async (type, value, expected) => {
    const { attribute: found, problems } = await read(type, value);
    expect(found).toEqual({ part: 0, name: 'it', type, size: value.length, value: expected });
    expect(problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it.each<[type: string, value: Buffer, message: string]>([
    ['int', int(1, 2), 'takes 8 bytes; the type int takes 4'],
    ['m44d', double(1), 'takes 8 bytes; the type m44d takes 128'],
    ['envmap', Buffer.of(2), 'has the value 2, which means nothing'],
    ['tiledesc', Buffer.concat([int(1, 1), Buffer.of(0x21)]), 'has the value 2, which means nothing'],
    ['preview', int(1), 'is too short'],
    ['bytes', Buffer.of(1), 'is too short'],
    ['bytes', Buffer.concat([int(-1), Buffer.from('x')]), 'is shorter than its type hint'],
    ['floatvector', Buffer.alloc(6), 'is no whole number of floats'],
    ['floatvector', Buffer.alloc(4 * (EXR_LIMITS.vectorItems + 1)), 'more than'],
    ['stringvector', Buffer.alloc(4 * (EXR_LIMITS.vectorItems + 1)), 'more than'],
    ['stringvector', Buffer.concat([int(5), Buffer.from('abc')]), 'has a text of 5 bytes'],
    ['stringvector', int(-1), 'has a text of -1 bytes'],
    ['stringvector', Buffer.alloc(3), 'ends within the length of a text'],
  ])('keeps a malformed %s as its bytes, and says so (%#)', async (type, value, message) => {
    const { attribute: found, problems } = await read(type, value);
    expect(problems).toEqual([
      {
        part: 0,
        attribute: 'it',
        offset: expect.any(Number) as number,
        message: expect.stringContaining(message) as string,
      },
    ]);
    if (type !== 'preview') expect(found?.value).toEqual(base64(value));
  });

  it('reports what the layout demands and nothing depends on', async () => {
    const { problems } = await readPart(requiredAttributes().filter(({ name }) => !name.startsWith('screenWindow')));
    expect(problems.map(({ attribute: name }) => name)).toEqual(['screenWindowCenter', 'screenWindowWidth']);
  });

  it('reads every type that OpenEXR 3.5 writes', async () => {
    const { parts, problems } = await readBytes(fixture('attribute-types.exr'));
    expect(problems).toEqual([]);
    const values = [...(parts[0]?.attributes.values() ?? [])].map(({ name, value }): [string, unknown] => [
      name,
      value,
    ]);
    expect(Object.fromEntries(values)).toMatchObject({
      aBytes: { type_hint: 'application/octet-stream', base64: 'AAH+/w==' },
      aFloat: 0.1,
      aFloatVector: [0.5, 1.5, -2],
      aM33d: [0, 1, 2, 3, 4, 5, 6, 7, 8],
      aV3d: [0.1, 0.2, 0.3],
      aStringVector: ['one', '', 'three'],
    });
  });
});

describe('time codes', () => {
  it('unpacks digits and flags', () => {
    expect(readTimeCode(0x01020304, 5)).toMatchObject({ text: '01:02:03:04', drop_frame: false, user_data: 5 });
    expect(readTimeCode(0x23595969, -1)).toMatchObject({
      text: '23:59:59;29',
      drop_frame: true,
      user_data: 2 ** 32 - 1,
    });
    expect(readTimeCode(0x80808080 | 0, 0)).toMatchObject({
      text: '00:00:00:00',
      color_frame: true,
      field_phase: true,
      binary_group_flags: [1, 0, 1],
    });
  });
});

describe('columns of attributes', () => {
  const columns = (value: ExrAttribute['value']): unknown =>
    attributeColumns({ part: 0, name: 'it', type: 'x', size: 0, value });

  it('put a value where it can be searched, and every value as JSON', () => {
    expect(columns('text')).toEqual({ value_text: 'text', value_number: null });
    expect(columns(0.5)).toEqual({ value_text: null, value_number: 0.5 });
    expect(columns({ numerator: 24, denominator: 2 })).toMatchObject({ value_number: 12 });
    expect(columns({ numerator: 24, denominator: 0 })).toMatchObject({ value_number: null });
    expect(columns(readTimeCode(0x01020304, 0))).toMatchObject({ value_text: '01:02:03:04' });
    expect(columns([1, 2])).toEqual({ value_text: null, value_number: null });
    expect(columns(null)).toEqual({ value_text: null, value_number: null });
  });
});

import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { EXR_LIMITS, type ExrError } from '../../../../src/formats/exr/header/exr-error.ts';
import {
  attribute,
  channels,
  FLAGS,
  float,
  int,
  namedPart,
  requiredAttributes,
  type WrittenAttribute,
  writeHeader,
} from '../../../support/exr-writer.ts';
import { readBytes } from './support.ts';

const one = (...changes: WrittenAttribute[]): Buffer => writeHeader({ parts: [requiredAttributes(...changes)] });

function without(name: string, attributes: readonly WrittenAttribute[] = requiredAttributes()): WrittenAttribute[] {
  return attributes.filter((candidate) => candidate.name !== name);
}

function manyChannels(count: number): WrittenAttribute {
  return attribute(
    'channels',
    'chlist',
    channels(...Array.from({ length: count }, (_, index) => ({ name: `c${index}` }))),
  );
}

async function failure(bytes: Buffer): Promise<ExrError> {
  const error: unknown = await readBytes(bytes).then(
    () => new Error('it was read'),
    (reason: unknown) => reason,
  );
  expect(error).toHaveProperty('name', 'ExrError');
  return error as ExrError;
}

describe('what is no OpenEXR header', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'not_exr', 0],
    ['another file', Buffer.from('\x89PNG\r\n\x1a\n--------'), 'not_exr', 0],
    ['another version', writeHeader({ version: 3, parts: [requiredAttributes()] }), 'unsupported', 4],
    ['an unknown flag', writeHeader({ flags: 0x2000, parts: [requiredAttributes()] }), 'unsupported', 4],
    ['the highest flag', writeHeader({ flags: 2 ** 31, parts: [requiredAttributes()] }), 'unsupported', 4],
    ['tiled and deep', writeHeader({ flags: FLAGS.tiled | FLAGS.deep, parts: [requiredAttributes()] }), 'malformed', 4],
  ])('is refused: %s', async (_, bytes, kind, offset) => {
    expect(await failure(bytes)).toMatchObject({ kind, offset });
  });

  it.each(['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio'])(
    'is refused without %s',
    async (name) => {
      const error = await failure(writeHeader({ parts: [without(name)] }));
      expect(error).toMatchObject({ kind: 'malformed' });
      expect(error.message).toContain(`"${name}"`);
    },
  );

  it.each([
    [
      'a part without a name',
      writeHeader({ flags: FLAGS.multiPart, parts: [without('name', namedPart('a', 'scanlineimage'))] }),
    ],
    [
      'a part without a type',
      writeHeader({ flags: FLAGS.multiPart, parts: [without('type', namedPart('a', 'scanlineimage'))] }),
    ],
    ['deep without a type', writeHeader({ flags: FLAGS.deep, parts: [requiredAttributes()] })],
    ['tiled without tiles', writeHeader({ flags: FLAGS.tiled, parts: [requiredAttributes()] })],
    [
      'two parts of one name',
      writeHeader({
        flags: FLAGS.multiPart,
        parts: [namedPart('a', 'scanlineimage'), namedPart('a', 'scanlineimage')],
      }),
    ],
    [
      'an attribute twice',
      writeHeader({ parts: [[...requiredAttributes(), attribute('lineOrder', 'lineOrder', Buffer.of(0))]] }),
    ],
    ['an attribute without a type', one(attribute('x', '', Buffer.alloc(0)))],
    ['a negative size', one(attribute('x', 'int', int(1), -4))],
    ['an empty data window', one(attribute('dataWindow', 'box2i', int(5, 0, 4, 9)))],
    ['a window too far out', one(attribute('displayWindow', 'box2i', int(0, 0, 2 ** 30, 9)))],
    ['a window of another type', one(attribute('dataWindow', 'box2f', float(0, 0, 9, 9)))],
    ['a window of another size', one(attribute('dataWindow', 'box2i', int(0, 0, 9)))],
    ['a pixel aspect ratio of 0', one(attribute('pixelAspectRatio', 'float', float(0)))],
    ['a pixel aspect ratio of NaN', one(attribute('pixelAspectRatio', 'float', float(NaN)))],
    ['an unknown line order', one(attribute('lineOrder', 'lineOrder', Buffer.of(3)))],
    ['an unknown pixel type', one(attribute('channels', 'chlist', channels({ name: 'R', type: 3 })))],
    ['a negative pixel type', one(attribute('channels', 'chlist', channels({ name: 'R', type: -1 })))],
    ['a sampling of 0', one(attribute('channels', 'chlist', channels({ name: 'R', sampling: [1, 0] })))],
    ['a channel twice', one(attribute('channels', 'chlist', channels({ name: 'R' }, { name: 'R' })))],
    ['channels without an end', one(attribute('channels', 'chlist', channels({ name: 'R' }).subarray(0, -1)))],
    ['channels that end within one', one(attribute('channels', 'chlist', channels({ name: 'R' }).subarray(0, 9)))],
    [
      'bytes behind the channels',
      one(attribute('channels', 'chlist', Buffer.concat([channels({ name: 'R' }), int(0)]))),
    ],
    [
      'tiles without pixels',
      writeHeader({
        flags: FLAGS.tiled,
        parts: [requiredAttributes(attribute('tiles', 'tiledesc', Buffer.concat([int(0, 32), Buffer.of(0)])))],
      }),
    ],
    [
      'an unknown level mode',
      writeHeader({
        flags: FLAGS.tiled,
        parts: [requiredAttributes(attribute('tiles', 'tiledesc', Buffer.concat([int(32, 32), Buffer.of(3)])))],
      }),
    ],
  ])('is refused as malformed: %s', async (_, bytes) => {
    const error = await failure(bytes);
    expect(error.kind).toBe('malformed');
    expect(error.offset).toBeGreaterThan(7);
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    expect(error.message).toContain(`at byte ${error.offset}`);
  });

  it('is refused as truncated wherever it ends too early', async () => {
    const bytes = writeHeader({
      flags: FLAGS.multiPart,
      parts: [namedPart('a', 'scanlineimage'), namedPart('b', 'scanlineimage')],
    });
    await expect(readBytes(bytes)).resolves.toMatchObject({ length: bytes.length });
    for (let length = 8; length < bytes.length; length += 1) {
      expect(await failure(bytes.subarray(0, length))).toMatchObject({ kind: 'truncated', offset: length });
    }
  });

  it('does not take a negative size for one', async () => {
    for (const size of [-1, -4, -(2 ** 31)]) {
      const error = await failure(one(attribute('x', 'int', int(1), size)));
      expect(error).toMatchObject({ kind: 'malformed' });
      expect(error.message).toContain(`The attribute "x" has a size of ${size}`);
    }
  });

  it('names the attribute and the offset where the fault is', async () => {
    const bytes = one(attribute('lineOrder', 'lineOrder', Buffer.of(9)));
    const error = await failure(bytes);
    expect(error.message).toBe(
      `The attribute "lineOrder" has the value 9, which means nothing (at byte ${bytes.length - 2})`,
    );
  });
});

describe('limits', () => {
  it.each([
    [
      'attributes',
      writeHeader({
        parts: [
          requiredAttributes(
            ...Array.from({ length: EXR_LIMITS.attributes }, (_, index) =>
              attribute(`a${index}`, 'x', Buffer.alloc(0)),
            ),
          ),
        ],
      }),
    ],
    [
      'parts',
      writeHeader({
        flags: FLAGS.multiPart,
        parts: Array.from({ length: EXR_LIMITS.parts + 1 }, (_, index) => namedPart(`p${index}`, 'scanlineimage')),
      }),
    ],
    ['channels', one(manyChannels(EXR_LIMITS.channels + 1))],
    [
      'channels in all',
      writeHeader({
        flags: FLAGS.multiPart,
        parts: ['a', 'b'].map((name) => namedPart(name, 'scanlineimage', manyChannels(EXR_LIMITS.channels / 2 + 1))),
      }),
    ],
    ['bytes of a list of channels', one(attribute('channels', 'chlist', Buffer.alloc(EXR_LIMITS.valueBytes + 1)))],
    [
      'bytes',
      one(
        ...Array.from({ length: 17 }, (_, index) => attribute(`a${index}`, 'x', Buffer.alloc(EXR_LIMITS.valueBytes))),
      ),
    ],
  ])('stop a header with too many %s', async (_, bytes) => {
    expect(await failure(bytes)).toMatchObject({ kind: 'limit' });
  });
});

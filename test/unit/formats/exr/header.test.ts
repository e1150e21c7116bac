import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  channels,
  FLAGS,
  int,
  namedPart,
  requiredAttributes,
  type WrittenAttribute,
  writeHeader,
} from '../../../support/exr-writer.ts';
import { fixture, readBytes, readPart } from './support.ts';

const one = (...changes: WrittenAttribute[]): Buffer => writeHeader({ parts: [requiredAttributes(...changes)] });

describe('readExrHeader', () => {
  it('reads files of one part, flat or deep, in scan lines or tiles', async () => {
    const typeOf = async (name: string): Promise<unknown> => {
      const { parts } = await readBytes(fixture(name));
      return parts.map(({ type, isDeep, tiles, compression }) => [
        type,
        isDeep,
        tiles?.x_size,
        tiles?.level_mode,
        compression,
      ]);
    };
    expect(await typeOf('scanline-half-rgba.exr')).toEqual([['scanlineimage', false, undefined, undefined, 'zip']]);
    expect(await typeOf('tiled-mipmap.exr')).toEqual([['tiledimage', false, 16, 'mipmap_levels', 'zip']]);
    expect(await typeOf('tiled-ripmap.exr')).toEqual([['tiledimage', false, 32, 'ripmap_levels', 'zip']]);
    expect(await typeOf('deep-scanline.exr')).toEqual([['deepscanline', true, undefined, undefined, 'zips']]);
    expect(await typeOf('deep-tiled.exr')).toEqual([['deeptile', true, 8, 'one_level', 'zips']]);
  });

  it('reads files of several parts', async () => {
    const { parts, flags } = await readBytes(fixture('multipart-deep.exr'));
    expect(flags).toEqual({ tiled: false, deep: true, multiPart: true });
    expect(parts.map(({ index, name, type }) => [index, name, type])).toEqual([
      [0, 'flat', 'scanlineimage'],
      [1, 'deep', 'deepscanline'],
    ]);
    expect(parts[1]?.channels.map(({ part, name }) => [part, name])).toEqual(
      ['A', 'B', 'G', 'R', 'Z'].map((name) => [1, name]),
    );
  });

  it('reads the windows, and the types, layers and samplings of channels', async () => {
    const [part] = (await readBytes(fixture('layers-mixed-types.exr'))).parts;
    expect(part?.dataWindow).toEqual({ x_min: -3, y_min: -2, x_max: 16, y_max: 9 });
    expect(part?.displayWindow).toEqual({ x_min: 0, y_min: 0, x_max: 15, y_max: 8 });
    expect(
      part?.channels.map(({ name, layer, component, pixel_type }) => [name, layer, component, pixel_type]),
    ).toEqual([
      ['B', '', 'B', 'half'],
      ['G', '', 'G', 'half'],
      ['R', '', 'R', 'half'],
      ['crypto.object00.R', 'crypto.object00', 'R', 'uint'],
      ['diffuse.G', 'diffuse', 'G', 'float'],
      ['diffuse.R', 'diffuse', 'R', 'half'],
    ]);
    const subsampled = attribute('channels', 'chlist', channels({ name: 'BY', sampling: [2, 4], linear: true }));
    const [{ channels: [chroma] } = { channels: [] }] = (await readPart(requiredAttributes(subsampled))).parts;
    expect(chroma).toMatchObject({ x_sampling: 2, y_sampling: 4, linear: true });
  });

  it.each([
    'none',
    'rle',
    'zips',
    'zip',
    'piz',
    'pxr24',
    'b44',
    'b44a',
    'dwaa',
    'dwab',
    'htj2k256',
    'htj2k32',
    'lj2k',
    'zstd',
  ])('knows the compression %s', async (name) => {
    const [part] = (await readBytes(fixture(`compression-${name}.exr`))).parts;
    expect(part?.compression).toBe(name);
  });

  it('keeps a compression that came later by its number', async () => {
    const { parts } = await readBytes(one(attribute('compression', 'compression', Buffer.of(77))));
    expect(parts[0]?.compression).toBe('unknown(77)');
  });

  it('takes names of up to 31 bytes, or 255 where the file says so', async () => {
    const named = (length: number, flags: number): Promise<unknown> =>
      readPart(requiredAttributes(attribute('n'.repeat(length), 'int', int(1))), flags);
    await expect(named(31, 0)).resolves.toBeDefined();
    await expect(named(32, 0)).rejects.toMatchObject({ kind: 'malformed' });
    await expect(named(255, FLAGS.longNames)).resolves.toBeDefined();
    await expect(named(256, FLAGS.longNames)).rejects.toMatchObject({ kind: 'malformed' });
    const [part] = (await readBytes(fixture('long-names.exr'))).parts;
    expect(part?.channels[0]?.layer).toBe('a-channel-name-that-is-longer-than-thirty-one-bytes');
  });

  it('lets the flag decide what a file of one flat part is', async () => {
    const says = attribute('type', 'string', Buffer.from('tiledimage'));
    expect((await readPart(requiredAttributes(says))).parts[0]?.type).toBe('scanlineimage');
  });
});

describe('header hash', () => {
  const hashOf = async (bytes: Buffer): Promise<string> => (await readBytes(bytes)).hash;
  const extra = [attribute('a', 'int', int(1)), attribute('b', 'string', Buffer.from('text'))];

  it('is the same whatever the order of attributes and whatever follows the header', async () => {
    const bytes = one(...extra);
    const hash = await hashOf(bytes);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(writeHeader({ parts: [requiredAttributes(...extra).reverse()] }))).toBe(hash);
    expect(await hashOf(Buffer.concat([bytes, Buffer.alloc(100_000, 7)]))).toBe(hash);
  });

  it('differs with any value, name, type, flag and part', async () => {
    const hashes = await Promise.all(
      [
        one(...extra),
        one(attribute('a', 'int', int(2)), attribute('b', 'string', Buffer.from('text'))),
        one(attribute('A', 'int', int(1)), attribute('b', 'string', Buffer.from('text'))),
        one(attribute('a', 'integer', int(1)), attribute('b', 'string', Buffer.from('text'))),
        one(attribute('a', 'int', int(1))),
        writeHeader({ flags: FLAGS.multiPart, parts: [namedPart('a', 'scanlineimage')] }),
        writeHeader({
          flags: FLAGS.multiPart,
          parts: [namedPart('a', 'scanlineimage'), namedPart('b', 'scanlineimage')],
        }),
        writeHeader({
          flags: FLAGS.multiPart,
          parts: [namedPart('b', 'scanlineimage'), namedPart('a', 'scanlineimage')],
        }),
        writeHeader({ flags: FLAGS.multiPart | FLAGS.deep, parts: [namedPart('a', 'scanlineimage')] }),
      ].map(hashOf),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('stays as it was from release to release', async () => {
    expect(await hashOf(one())).toMatchInlineSnapshot(
      `"4470860054c7087277bac7ee15599cc4e66e97fcb8ad4483ef0e76c317aa6c44"`,
    );
  });
});

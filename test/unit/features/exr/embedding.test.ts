import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { channelFingerprint } from '../../../../src/features/exr/rules/embedding/channel-features.ts';
import { cosine, embed } from '../../../../src/features/exr/rules/embedding/feature-vector.ts';
import { metadataEmbedding } from '../../../../src/features/exr/rules/embedding/metadata-embedding.ts';
import {
  attribute,
  channels,
  FLAGS,
  float,
  int,
  namedPart,
  requiredAttributes,
  type WrittenAttribute,
  type WrittenChannel,
  writeHeader,
} from '../../../support/exr-writer.ts';
import { FIXTURE_NAMES, fixture, readBytes, readPart } from '../../formats/exr/support.ts';

const HALF = 1;
const FLOAT = 2;

const list = (...items: WrittenChannel[]): WrittenAttribute => attribute('channels', 'chlist', channels(...items));
const named = (names: string, type = HALF): WrittenAttribute =>
  list(...names.split(' ').map((name) => ({ name, type })));
const text = (name: string, value: string): WrittenAttribute => attribute(name, 'string', Buffer.from(value));
const window = (name: string, ...box: number[]): WrittenAttribute => attribute(name, 'box2i', int(...box));

const embedPart = async (...changes: WrittenAttribute[]): Promise<Float32Array> =>
  metadataEmbedding(await readPart(requiredAttributes(...changes)));

const PASSES = 'A B G R Z albedo.B albedo.G albedo.R diffuse.B diffuse.G diffuse.R specular.B specular.G specular.R';

/** What a renderer writes for a frame: much of it differs from frame to frame. */
function frame(number: number, crop = 0): Promise<Float32Array> {
  return embedPart(
    named(PASSES),
    text('software', 'a renderer 1.2'),
    text('capDate', `2025:01:02 03:04:${String(number % 60).padStart(2, '0')}`),
    text('renderTime', `${number * 7.3}s`),
    text('scene', `/shows/a/scene.${number}.usd`),
    attribute('timeCode', 'timecode', int(number * 7919, number)),
    attribute('frame', 'int', int(number)),
    attribute('keyCode', 'keycode', int(1, 2, 3, number, 5, 6, 7)),
    attribute('worldToCamera', 'm44f', float(...Array.from({ length: 16 }, (_, index) => Math.sin(number + index)))),
    attribute('expTime', 'float', float(1 / number)),
    attribute('chromaticities', 'chromaticities', float(0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)),
    window('dataWindow', crop, crop, 1919 - 2 * crop, 1079 - crop),
  );
}

function expectUnit(vector: Float32Array, dimensions: number): void {
  expect(vector).toHaveLength(dimensions);
  expect(vector.every(Number.isFinite)).toBe(true);
  expect(Math.abs(cosine(vector, vector) - 1)).toBeLessThan(1e-5);
}

describe('metadata embedding', () => {
  it.each(FIXTURE_NAMES)('is of unit length, and the same each time, for %s', async (name) => {
    const header = await readBytes(fixture(name));
    const vector = metadataEmbedding(header);
    expectUnit(vector, 384);
    expect(metadataEmbedding(await readBytes(fixture(name)))).toEqual(vector);
  });

  it('has the frames of a sequence closer than 0.99, cropped or not', async () => {
    const frames = await Promise.all([1, 2, 100, 1001, 99_999].map((number) => frame(number)));
    const cropped = await Promise.all([30, 200, 400].map((crop) => frame(7, crop)));
    for (const a of [...frames, ...cropped]) {
      for (const b of [...frames, ...cropped]) expect(cosine(a, b)).toBeGreaterThan(0.99);
    }
    expect(cosine(frames[0] ?? new Float32Array(), frames[4] ?? new Float32Array())).toBeGreaterThan(0.9999);
  });

  it('has files that are built differently well apart', async () => {
    const [beauty, passes, depth, texture, crypto, deep] = await Promise.all([
      embedPart(named('A B G R')),
      embedPart(named(PASSES)),
      embedPart(named('Z', FLOAT), attribute('compression', 'compression', Buffer.of(2))),
      readPart(
        requiredAttributes(
          named('B G R'),
          window('dataWindow', 0, 0, 4095, 4095),
          window('displayWindow', 0, 0, 4095, 4095),
          attribute('tiles', 'tiledesc', Buffer.concat([int(64, 64), Buffer.of(1)])),
          text('wrapmodes', 'periodic,periodic'),
        ),
        FLAGS.tiled,
      ).then(metadataEmbedding),
      embedPart(
        named('crypto00.A crypto00.B crypto00.G crypto00.R crypto01.A crypto01.B crypto01.G crypto01.R', FLOAT),
      ),
      readBytes(
        writeHeader({
          flags: FLAGS.deep,
          parts: [
            namedPart(
              'deep',
              'deepscanline',
              named('A B G R Z ZBack'),
              attribute('compression', 'compression', Buffer.of(2)),
            ),
          ],
        }),
      ).then(metadataEmbedding),
    ]);
    const kinds = [beauty, passes, depth, texture, crypto, deep];
    for (const [index, a] of kinds.entries()) {
      for (const b of kinds.slice(index + 1)) expect(cosine(a, b)).toBeLessThan(0.8);
    }
    expect(cosine(beauty, depth)).toBeLessThan(0.5);
    expect(cosine(texture, crypto)).toBeLessThan(0.5);
  });

  it('tells halves from floats, compressions, sizes, tiles and colour spaces apart', async () => {
    const half = await embedPart(named('A B G R'));
    expect(cosine(half, await embedPart(named('A B G R', FLOAT)))).toBeLessThan(0.8);
    expect(
      cosine(half, await embedPart(named('A B G R'), attribute('compression', 'compression', Buffer.of(9)))),
    ).toBeLessThan(0.95);
    const large = [window('dataWindow', 0, 0, 4095, 2159), window('displayWindow', 0, 0, 4095, 2159)];
    expect(cosine(half, await embedPart(named('A B G R'), ...large))).toBeLessThan(0.95);
    const wide = attribute(
      'chromaticities',
      'chromaticities',
      float(0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767),
    );
    const narrow = attribute(
      'chromaticities',
      'chromaticities',
      float(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    );
    expect(cosine(await embedPart(wide), await embedPart(narrow))).toBeLessThan(0.97);
  });

  it('has the same layers close, be they parts or names', async () => {
    const part = (name: string): WrittenAttribute[] => namedPart(name, 'scanlineimage', named('B G R'));
    const parts = metadataEmbedding(
      await readBytes(writeHeader({ flags: FLAGS.multiPart, parts: ['albedo', 'diffuse', 'specular'].map(part) })),
    );
    const layers = await embedPart(
      named('albedo.B albedo.G albedo.R diffuse.B diffuse.G diffuse.R specular.B specular.G specular.R'),
    );
    const others = await embedPart(named('normal.X normal.Y normal.Z motion.X motion.Y depth.Z id.U id.V'));
    expect(cosine(parts, layers)).toBeGreaterThan(0.75);
    expect(cosine(parts, others)).toBeLessThan(0.6);
  });
});

describe('channel fingerprint', () => {
  const fingerprint = async (attributeOfChannels: WrittenAttribute): Promise<Float32Array> =>
    channelFingerprint((await readPart(requiredAttributes(attributeOfChannels))).parts[0]?.channels ?? []);

  it('is of unit length for any channels, and for none', async () => {
    for (const some of [
      named('R'),
      named(PASSES),
      named(Array.from({ length: 3000 }, (_, index) => `l${index}.R`).join(' ')),
      list(),
    ]) {
      expectUnit(await fingerprint(some), 128);
    }
  });

  it('says which channels there are and of which types', async () => {
    const rgba = await fingerprint(named('A B G R'));
    expect(await fingerprint(named('R G B A'))).toEqual(rgba);
    expect(cosine(rgba, await fingerprint(named('A B G R Z')))).toBeGreaterThan(0.85);
    expect(cosine(rgba, await fingerprint(named('A B G R', FLOAT)))).toBeLessThan(0.7);
    expect(cosine(rgba, await fingerprint(named('N.X N.Y N.Z')))).toBeLessThan(0.5);
    const chroma = list({ name: 'BY', sampling: [2, 2] }, { name: 'RY', sampling: [2, 2] }, { name: 'Y' });
    expect(cosine(await fingerprint(chroma), await fingerprint(named('BY RY Y')))).toBeLessThan(0.85);
  });
});

describe('embed', () => {
  it('is never NaN, even where all cancels out or nothing is there', () => {
    expectUnit(embed([], 16), 16);
    expectUnit(embed([{ name: 'a', weight: 1, features: new Map([['x', 0]]) }], 16), 16);
    const opposite = (weight: number) => ({ name: 'a', weight, features: new Map([['x', 1]]) });
    expectUnit(embed([opposite(1), opposite(-1)], 16), 16);
  });

  it('gives each family its weight, however many its features', () => {
    const many = new Map(Array.from({ length: 1000 }, (_, index): [string, number] => [`m${index}`, 1]));
    const families = (value: string) => [
      { name: 'many', weight: 1, features: many },
      { name: 'one', weight: 1, features: new Map([[value, 1]]) },
    ];
    const similarity = cosine(embed(families('a'), 384), embed(families('b'), 384));
    expect(similarity).toBeGreaterThan(0.3);
    expect(similarity).toBeLessThan(0.7);
  });
});

import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type ExrHeader, readExrHeader } from '../../../../src/formats/exr/header/header.ts';
import { EXR_LIMITS, FIRST_CHUNK_BYTES, LARGEST_CHUNK_BYTES } from '../../../../src/formats/exr/header/exr-error.ts';
import { attribute, FLAGS, int, namedPart, requiredAttributes, writeHeader } from '../../../support/exr-writer.ts';
import { FIXTURE_NAMES, fixture, WatchedSource } from './support.ts';

/** Bytes where the pixels of a file would be. */
const PIXELS = Buffer.alloc(1_000_000, 0xa5);

async function readWatched(header: Buffer): Promise<{ header: ExrHeader; source: WatchedSource }> {
  const source = new WatchedSource(Buffer.concat([header, PIXELS]));
  return { header: await readExrHeader(source), source };
}

const bytesOf = (length: number, name = 'filling'): ReturnType<typeof attribute> =>
  attribute(name, 'unheardOf', Buffer.alloc(length, 7));

describe('reading by ranges', () => {
  it.each(FIXTURE_NAMES)('takes one read of at most a chunk for %s', async (name) => {
    const { header, source } = await readWatched(fixture(name));
    expect(source.ranges).toHaveLength(1);
    expect(source.bytesRead).toBeLessThanOrEqual(header.length + FIRST_CHUNK_BYTES);
    expect(header.fetched).toEqual({ bytes: source.bytesRead, reads: 1 });
  });

  it('reads a header of any length whole, and at most a chunk beyond it', async () => {
    for (const size of [10_000, FIRST_CHUNK_BYTES, 100_000, 262_144, 700_000, 3_000_000]) {
      const many = Array.from({ length: size / 500 }, (_, index) => bytesOf(480, `filling${index}`));
      const { header, source } = await readWatched(writeHeader({ parts: [requiredAttributes(...many)] }));
      expect(header.length).toBeGreaterThan(size * 0.95);
      expect(header.parts[0]?.attributes.size).toBe(8 + many.length);
      expect(source.bytesRead).toBeLessThanOrEqual(header.length + LARGEST_CHUNK_BYTES);
      expect(source.ranges.length).toBeLessThanOrEqual(3 + header.length / LARGEST_CHUNK_BYTES);
      let end = 0;
      for (const { offset, length } of source.ranges) {
        expect(offset).toBe(end);
        end = offset + length;
      }
    }
  });

  it('gives the same header wherever the ranges end', async () => {
    const part = (name: string): ReturnType<typeof namedPart> =>
      namedPart(name, 'scanlineimage', attribute('note', 'string', Buffer.from(name)));
    for (let filling = FIRST_CHUNK_BYTES - 900; filling < FIRST_CHUNK_BYTES; filling += 1) {
      const parts = [[bytesOf(filling), ...part('one')], part('two')];
      const { header } = await readWatched(writeHeader({ flags: FLAGS.multiPart, parts }));
      expect(header.parts.map(({ attributes }) => attributes.get('note')?.value)).toEqual(['one', 'two']);
    }
  });

  it('reads a value whose size it knows at once', async () => {
    const { header, source } = await readWatched(writeHeader({ parts: [requiredAttributes(bytesOf(900_000))] }));
    expect(source.ranges).toHaveLength(2);
    expect(source.bytesRead).toBeLessThanOrEqual(header.length + LARGEST_CHUNK_BYTES);
    expect(header.parts[0]?.attributes.get('filling')?.value).toEqual({
      base64: Buffer.alloc(900_000, 7).toString('base64'),
    });
  });

  it('steps over the pixels of a preview', async () => {
    const pixels = 4000 * 3000 * 4;
    const preview = attribute('preview', 'preview', Buffer.concat([int(4000, 3000), Buffer.alloc(pixels)]));
    const behind = attribute('behind', 'string', Buffer.from('the preview'));
    const { header, source } = await readWatched(writeHeader({ parts: [[preview, ...requiredAttributes(behind)]] }));
    const attributes = header.parts[0]?.attributes;
    expect(attributes?.get('preview')).toMatchObject({ size: pixels + 8, value: { width: 4000, height: 3000 } });
    expect(attributes?.get('behind')?.value).toBe('the preview');
    expect(header.length).toBeGreaterThan(pixels);
    expect(source.bytesRead).toBeLessThanOrEqual(2 * LARGEST_CHUNK_BYTES);
    expect(header.problems).toEqual([]);
  });

  it('steps over a value that is too large, and says so', async () => {
    const large = EXR_LIMITS.valueBytes + 1;
    const { header, source } = await readWatched(
      writeHeader({ parts: [[bytesOf(large), ...requiredAttributes(attribute('behind', 'int', int(5)))]] }),
    );
    expect(header.parts[0]?.attributes.get('filling')).toMatchObject({ size: large, value: null });
    expect(header.parts[0]?.attributes.get('behind')?.value).toBe(5);
    expect(header.problems).toEqual([
      {
        part: 0,
        attribute: 'filling',
        offset: expect.any(Number) as number,
        message: `The value takes ${large} bytes and was not fetched.`,
      },
    ]);
    expect(source.bytesRead).toBeLessThanOrEqual(2 * LARGEST_CHUNK_BYTES);
  });

  it('does not believe a size that reaches out of the file', async () => {
    for (const size of [1_100_000, 2 ** 31 - 1]) {
      const source = new WatchedSource(
        Buffer.concat([writeHeader({ parts: [[attribute('x', 'preview', Buffer.alloc(0), size)]] }), PIXELS]),
      );
      await expect(readExrHeader(source)).rejects.toMatchObject({ kind: 'truncated' });
      expect(source.bytesRead).toBeLessThanOrEqual(2 * LARGEST_CHUNK_BYTES);
    }
  });

  it('passes on what the source throws, and refuses a source that gives too little', async () => {
    const bytes = fixture('scanline-half-rgba.exr');
    const broken = { size: bytes.length, read: () => Promise.reject(new Error('the store is down')) };
    await expect(readExrHeader(broken)).rejects.toThrow('the store is down');
    const short = { size: bytes.length, read: async () => bytes.subarray(0, 100) };
    await expect(readExrHeader(short)).rejects.toMatchObject({ kind: 'truncated' });
  });
});

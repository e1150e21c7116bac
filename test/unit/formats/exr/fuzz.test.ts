import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { ExrError, LARGEST_CHUNK_BYTES } from '../../../../src/formats/exr/header/exr-error.ts';
import { inspectExr } from '../../../../src/features/exr/rules/inspect.ts';
import { Random } from '../../../stress/support/random.ts';
import {
  attribute,
  channels,
  FLAGS,
  int,
  namedPart,
  requiredAttributes,
  writeHeader,
} from '../../../support/exr-writer.ts';
import { mutate } from './mutate.ts';
import { FIXTURE_NAMES, fixture, readBytes, WatchedSource } from './support.ts';
import { cpuMsSince } from '../../../support/cpu-time.ts';

/*
 * Damaged headers give an inspection or an ExrError, fast, and nothing is read that is not there. `EXR_FUZZ_COUNT` says
 * how many (a million takes some minutes), `EXR_FUZZ_SEED` which.
 */

const COUNT = Number(process.env.EXR_FUZZ_COUNT ?? 20_000);
const SEED = Number(process.env.EXR_FUZZ_SEED ?? 1);
/** Far more than the slowest takes, and far less than a loop without an end. */
const SLOWEST_MS = 2_000;
const PIXEL_BYTES = 200;
const LOCATION = { path: 'fuzz.1.exr', bucket: null, key: null, mtime: null };

const attributesOfAllTypes = [
  attribute('text', 'string', Buffer.from('text')),
  attribute('texts', 'stringvector', Buffer.concat([int(1), Buffer.from('a'), int(2), Buffer.from('bc')])),
  attribute('bytes', 'bytes', Buffer.concat([int(1), Buffer.from('xyz')])),
  attribute('floats', 'floatvector', int(1, 2, 3)),
  attribute('preview', 'preview', Buffer.concat([int(8, 8), Buffer.alloc(256)])),
  attribute('unknown', 'unheardOf', Buffer.alloc(40, 1)),
];

/** The headers of the fixtures with few of their pixels, so that most changes meet the header; and some of our own. */
async function originals(): Promise<Buffer[]> {
  const fixtures = FIXTURE_NAMES.map(async (name) => {
    const bytes = fixture(name);
    return bytes.subarray(0, (await readBytes(bytes)).length + PIXEL_BYTES);
  });
  const longNames = Array.from({ length: 12 }, (_, index) => ({ name: `${'layer.'.repeat(20)}${index}` }));
  return [
    ...(await Promise.all(fixtures)),
    writeHeader({ parts: [requiredAttributes(...attributesOfAllTypes)] }),
    writeHeader({
      flags: FLAGS.longNames,
      parts: [requiredAttributes(attribute('channels', 'chlist', channels(...longNames)))],
    }),
    writeHeader({
      flags: FLAGS.multiPart | FLAGS.deep,
      parts: ['a', 'b', 'c'].map((name) => namedPart(name, 'deepscanline', ...attributesOfAllTypes)),
    }),
    // Longer than a chunk.
    writeHeader({ parts: [[attribute('filling', 'string', Buffer.alloc(20_000, 65)), ...requiredAttributes()]] }),
  ];
}

/** Inspects, and checks what must hold of every inspection. */
async function inspect(bytes: Buffer): Promise<'read' | ExrError['kind']> {
  const source = new WatchedSource(bytes);
  try {
    const { inspection, vectors } = await inspectExr(source, LOCATION);
    const { header_bytes: headerBytes, channel_count: channelCount } = inspection.stats;
    if (source.bytesRead > headerBytes + LARGEST_CHUNK_BYTES) throw new Error(`${source.bytesRead} bytes were read`);
    if (channelCount !== inspection.channels.length) throw new Error('the channels are miscounted');
    JSON.stringify(inspection);
    for (const vector of [vectors.metadata, ...vectors.channels]) {
      let length = 0;
      for (const value of vector) length += value * value;
      // Of NaN it is neither less nor more.
      if (!(Math.abs(length - 1) < 1e-5)) throw new Error(`a vector has the length ${length}`);
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof ExrError)) throw error;
    if (!(error.offset >= 0 && error.offset <= bytes.length))
      throw new Error(`${error.message}: offset`, { cause: error });
    return error.kind;
  }
}

it(
  `${COUNT} damaged headers do no harm`,
  async () => {
    const random = new Random(SEED);
    const headers = await originals();
    const outcomes = new Map<string, number>();
    let slowest = 0;
    for (let round = 0; round < COUNT; round += 1) {
      const bytes = mutate(random.pick(headers) ?? Buffer.alloc(0), headers, random);
      const started = process.threadCpuUsage();
      let outcome: string;
      try {
        outcome = await inspect(bytes);
      } catch (error) {
        throw new Error(`round ${round} of seed ${SEED}: ${bytes.toString('base64').slice(0, 4000)}`, { cause: error });
      }
      slowest = Math.max(slowest, cpuMsSince(started));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    if (process.env.EXR_FUZZ_COUNT !== undefined)
      console.log(Object.fromEntries(outcomes), `slowest ${slowest.toFixed(0)} ms`);
    expect(slowest).toBeLessThan(SLOWEST_MS);
    // If all were refused at the door, nothing behind it was tried.
    expect(outcomes.get('read') ?? 0).toBeGreaterThan(COUNT * 0.05);
    expect(outcomes.get('malformed') ?? 0).toBeGreaterThan(COUNT * 0.05);
    expect(outcomes.get('truncated') ?? 0).toBeGreaterThan(COUNT * 0.05);
  },
  240_000 + COUNT,
);

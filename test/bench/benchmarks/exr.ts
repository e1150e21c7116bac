import { Buffer } from 'node:buffer';
import { memorySource } from '../../../src/exr/header/byte-source.ts';
import { readExrHeader } from '../../../src/exr/header/header.ts';
import { inspectExr } from '../../../src/exr/inspect.ts';
import { attribute, channels, FLAGS, float, int, namedPart, writeHeader } from '../../support/exr-writer.ts';
import { type Benchmark, type BenchmarkRow, perSecond } from '../support/benchmark.ts';
import { median } from '../support/statistics.ts';

const PARTS = 10;
const CHANNELS = 100;
const TARGET_PER_SECOND = 5_000;
/** Headers between two looks at the clock. */
const BATCH = 50;
const LOCATION = { path: 's3://renders/beauty.1001.exr', bucket: 'renders', key: 'beauty.1001.exr', mtime: null };

/** Reading the header of a file of 10 parts and 100 channels, which is in memory; then inspecting it, vectors and all. */
export const exr: Benchmark = {
  name: 'exr',
  async run({ scale }) {
    const source = memorySource(Buffer.concat([header(), Buffer.alloc(100_000)]));
    const rates = async (work: () => Promise<unknown>): Promise<number[]> => {
      // The first round is for the compilers.
      await rateOf(scale.roundMs / 4, work);
      const measured: number[] = [];
      for (let round = 0; round < scale.rounds; round += 1) measured.push(await rateOf(scale.roundMs / 4, work));
      return measured;
    };
    return [
      row('EXR headers read', await rates(() => readExrHeader(source)), TARGET_PER_SECOND),
      row('the same inspected, with vectors and validation', await rates(() => inspectExr(source, LOCATION))),
    ];
  },
};

function header(): Buffer {
  const perPart = CHANNELS / PARTS;
  const parts = Array.from({ length: PARTS }, (_, part) =>
    namedPart(
      `layer${part}`,
      'scanlineimage',
      attribute(
        'channels',
        'chlist',
        channels(...Array.from({ length: perPart }, (_, index) => ({ name: `pass${part}.c${index}` }))),
      ),
      attribute('software', 'string', Buffer.from('a renderer 1.2')),
      attribute('timeCode', 'timecode', int(0x01020304, 0)),
      attribute('chromaticities', 'chromaticities', float(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)),
      attribute('worldToCamera', 'm44f', float(...Array.from({ length: 16 }, (_, index) => Math.sin(index)))),
    ),
  );
  return writeHeader({ flags: FLAGS.multiPart, parts });
}

function row(what: string, rates: readonly number[], target?: number): BenchmarkRow {
  const rate = median(rates);
  const line = {
    what: `${what}: ${PARTS} parts, ${CHANNELS} channels`,
    reached: `${perSecond(rate)} headers/s`,
    medians: `${Math.round(1e6 / rate)} µs each, ${perSecond(Math.min(...rates))} to ${perSecond(Math.max(...rates))} headers/s`,
  };
  return target === undefined ? line : { ...line, target: `>= ${perSecond(target)} headers/s`, met: rate >= target };
}

async function rateOf(ms: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    for (let index = 0; index < BATCH; index += 1) await work();
    count += BATCH;
    elapsed = performance.now() - started;
  }
  return (count / elapsed) * 1000;
}

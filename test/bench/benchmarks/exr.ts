import { Buffer } from 'node:buffer';
import { refOfKey } from '../../../src/features/exr/rules/exr-file.ts';
import { type ByteSource, memorySource } from '../../../src/formats/exr/header/byte-source.ts';
import { readExrHeader } from '../../../src/formats/exr/header/header.ts';
import { FIRST_CHUNK_BYTES } from '../../../src/formats/exr/header/exr-error.ts';
import { inspectExr } from '../../../src/features/exr/rules/inspect.ts';
import { ExrFileRepository } from '../../../src/features/exr/repositories/exr-file-repository.ts';
import { EXR_TABLES } from '../../../src/features/exr/exr-tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { attribute, channels, FLAGS, float, int, namedPart, writeHeader } from '../../support/exr-writer.ts';
import { type Benchmark, type BenchmarkRow, perSecond } from '../support/benchmark.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { median } from '../support/statistics.ts';

const PARTS = 10;
const CHANNELS = 100;
const TARGET_PER_SECOND = 5_000;
/** Headers between two looks at the clock. */
const BATCH = 50;
const LOCATION = { path: 's3://renders/beauty.1001.exr', bucket: 'renders', key: 'beauty.1001.exr', mtime: null };

/**
 * Reading the header of a file of 10 parts and 100 channels, which is in memory; then inspecting it, vectors and all. And
 * what can be counted: the bytes that are read, and the rows that an inspection of an unchanged file touches.
 */
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
      await bytesRead(source),
      await rowsOfReinspection(source),
    ];
  },
};

async function bytesRead(source: ByteSource): Promise<BenchmarkRow> {
  const { fetched, length } = await readExrHeader(source);
  const beyond = fetched.bytes - length;
  return {
    what: 'bytes read of an EXR file beyond its header',
    reached: `${beyond}`,
    target: `<= ${FIRST_CHUNK_BYTES}, one chunk`,
    met: beyond <= FIRST_CHUNK_BYTES,
    medians: `${fetched.bytes} bytes in ${fetched.reads} reads of a file of ${source.size}, whose header has ${length}`,
  };
}

async function rowsOfReinspection(source: ByteSource): Promise<BenchmarkRow> {
  const directory = makeRunDirectory('tams-bench-exr-');
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 16 });
  const manager = await VastDBManager.open(engine, EXR_TABLES);
  try {
    const files = new ExrFileRepository(manager);
    const file = refOfKey(LOCATION.bucket, LOCATION.key);
    const save = async () => files.save(file, await inspectExr(source, LOCATION), Date.now());
    const countRows = async (): Promise<number> => {
      let rows = 0;
      for (const { name } of EXR_TABLES) rows += await manager.count(name);
      return rows;
    };
    await save();
    const before = await countRows();
    const { rows_updated: updated } = await save();
    const added = (await countRows()) - before;
    return {
      what: 'inspection of an EXR file that did not change',
      reached: `${added} rows added, ${updated} updated`,
      target: '0 added, 1 updated',
      met: added === 0 && updated === 1,
      medians: `counted: ${before} rows before and ${before + added} afterwards`,
    };
  } finally {
    await manager.close();
  }
}

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

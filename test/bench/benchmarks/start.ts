import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Benchmark, BenchmarkRow } from '../support/benchmark.ts';
import { largeDataset } from '../support/large-dataset.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const MB = 1e6;
const READY_S = 0.5;
const STARTS = 5;
/** V8 gives memory back to the system once a server has been idle for some 8 s. */
const REST_MS = 10_000;

type Environment = Readonly<Record<string, string>>;

interface Start {
  /** From the start of the process to its first answer. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly bytes: number;
}

/** Time and memory of a start, the code of the server having been compiled by an earlier one. */
export const start: Benchmark = {
  name: 'start',
  async run({ scale, datasets, backendsFile }) {
    const spec = largeDataset(scale);
    const large = await medianStart({ DATA_DIR: await datasets.shared(spec), STORAGE_BACKENDS_FILE: backendsFile });
    const folder = await mkdtemp(join(tmpdir(), 'tams-bench-start-'));
    try {
      const off = { EXR: 'false', SEARCH: 'false', PLAYBACK: 'false', WEB: 'false' };
      const segments = (spec.flows * spec.segmentsPerFlow).toLocaleString('en');
      return [
        {
          what: `start to the first answer, embedded, ${segments} segments`,
          reached: `${large.seconds.toFixed(2)} s`,
          target: `<= ${READY_S} s`,
          met: large.seconds <= READY_S,
          medians: `${large.cpuSeconds.toFixed(2)} s of CPU`,
        },
        await memoryRow('all features', 150, { DATA_DIR: folder }),
        await memoryRow('EXR, search, playback and the page off', 110, { DATA_DIR: folder, ...off }),
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function memoryRow(features: string, target: number, env: Environment): Promise<BenchmarkRow> {
  const { bytes } = await medianStart(env);
  return {
    what: `resident memory at the start, empty tables, ${features}`,
    reached: inMegabytes(bytes),
    target: `< ${target} MB`,
    met: bytes < target * MB,
    medians: `of ${STARTS} starts; after ${REST_MS / 1000} s of rest ${inMegabytes(await bytesAtRest(env))}`,
  };
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / MB)} MB`;

async function bytesAtRest(env: Environment): Promise<number> {
  const server = await startServer(env);
  try {
    await pause(REST_MS);
    return await server.residentBytes();
  } finally {
    await server.close();
  }
}

/** The first one fills the compile cache, and does not count. */
async function medianStart(env: Environment): Promise<Start> {
  const starts: Start[] = [];
  for (let count = 0; count <= STARTS; count++) {
    const began = performance.now();
    const server = await startServer(env);
    const seconds = (performance.now() - began) / 1000;
    starts.push({ seconds, cpuSeconds: await server.cpuSeconds(), bytes: await server.residentBytes() });
    await server.close();
  }
  const warm = starts.slice(1);
  return {
    seconds: median(warm.map((each) => each.seconds)),
    cpuSeconds: median(warm.map((each) => each.cpuSeconds)),
    bytes: median(warm.map((each) => each.bytes)),
  };
}

import { DatabaseSync } from 'node:sqlite';
import * as sqliteVec from 'sqlite-vec';
import { VectorScanner } from '../../../src/features/search/repositories/vector-scanner.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { median } from '../support/statistics.ts';

const FULL = { vectors: 100_000, queries: 40 };
const QUICK = { vectors: 2_000, queries: 5 };
const DIMENSION = 384;
const PER_BLOCK = 100;
const NEAREST = 20;
const TARGET = 1;

/** The nearest of many vectors, exactly: the scan of this server, plain JavaScript, and sqlite-vec, on the same vectors. */
export const vectorScan: Benchmark = {
  name: 'vector-scan',
  async run({ scale }) {
    const size = scale.quick ? QUICK : FULL;
    const blocks = Array.from({ length: size.vectors / PER_BLOCK }, () => randomVectors(PER_BLOCK));
    const queries = Array.from({ length: size.queries }, () => randomVectors(1));
    const scanner = new VectorScanner();
    blocks.forEach((vectors, block) => scanner.add(block, vectors));
    const scanned = blocks.map((_, block) => ({ block }));
    const table = sqliteVecTable(blocks);
    try {
      const times: Record<'ours' | 'plain' | 'extension', number[]> = { ours: [], plain: [], extension: [] };
      const timed = async (kind: keyof typeof times, work: () => unknown): Promise<void> => {
        const started = performance.now();
        await work();
        times[kind].push(performance.now() - started);
      };
      for (const query of queries) {
        await timed('ours', () => scanner.scan(query, scanned, NEAREST, -1));
        await timed('plain', () => scanPlainly(query, blocks));
        await timed('extension', () => table.nearest(query));
      }
      const [ours, plain, extension] = [median(times.ours), median(times.plain), median(times.extension)];
      const what = `nearest ${NEAREST} of ${size.vectors.toLocaleString('en')} vectors of ${DIMENSION}, exact`;
      const row = (against: string, other: number) => ({
        what: `${what}: speed against ${against}`,
        target: `>= ${TARGET}x`,
        reached: `${(other / ours).toFixed(1)}x`,
        met: other / ours >= TARGET,
        medians: `${ours.toFixed(1)} against ${other.toFixed(1)} ms`,
      });
      return [row('plain typed arrays', plain), row('sqlite-vec', extension)];
    } finally {
      await scanner.close();
      table.close();
    }
  },
};

/** Of unit length, one after the other. */
function randomVectors(count: number): Float32Array {
  const vectors = new Float32Array(new SharedArrayBuffer(count * DIMENSION * Float32Array.BYTES_PER_ELEMENT));
  for (let row = 0; row < count; row += 1) {
    const vector = Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((element) => element / length),
      row * DIMENSION,
    );
  }
  return vectors;
}

function scanPlainly(query: Float32Array, blocks: readonly Float32Array[]): number[] {
  const scores: number[] = [];
  for (const vectors of blocks) {
    for (let at = 0; at < vectors.length; at += DIMENSION) {
      let score = 0;
      for (let index = 0; index < DIMENSION; index += 1) score += (vectors[at + index] ?? 0) * (query[index] ?? 0);
      scores.push(score);
    }
  }
  return scores.sort((a, b) => b - a).slice(0, NEAREST);
}

function sqliteVecTable(blocks: readonly Float32Array[]): { nearest(query: Float32Array): unknown; close(): void } {
  const database = new DatabaseSync(':memory:', { allowExtension: true });
  sqliteVec.load(database);
  database.exec(`CREATE VIRTUAL TABLE vectors USING vec0(vector float[${DIMENSION}] distance_metric=cosine)`);
  const insert = database.prepare('INSERT INTO vectors (vector) VALUES (?)');
  database.exec('BEGIN');
  for (const vectors of blocks) {
    for (let at = 0; at < vectors.length; at += DIMENSION) {
      insert.run(new Uint8Array(vectors.slice(at, at + DIMENSION).buffer));
    }
  }
  database.exec('COMMIT');
  const nearest = database.prepare('SELECT rowid, distance FROM vectors WHERE vector MATCH ? AND k = ?');
  return {
    nearest: (query) => nearest.all(new Uint8Array(query.slice().buffer), NEAREST),
    close: () => {
      database.close();
    },
  };
}

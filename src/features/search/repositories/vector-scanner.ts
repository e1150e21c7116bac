import { WorkerThread } from '../../../shared/worker-calls.ts';

/** Messages to and from the thread that scans vectors. */

export type VectorRequest =
  /** Vectors of one version and model, one after the other, in shared memory. */
  | { readonly kind: 'add'; readonly block: number; readonly vectors: Float32Array }
  | { readonly kind: 'remove'; readonly block: number }
  | {
      readonly kind: 'scan';
      readonly query: Float32Array;
      readonly blocks: readonly ScannedBlock[];
      readonly count: number;
      readonly minScore: number;
    };

export interface ScannedBlock {
  readonly block: number;
  /** The rows to scan; by default all. */
  readonly rows?: Uint32Array;
}

/** The best first; of equal ones the first in the order of blocks and rows. */
export interface FoundVectors {
  readonly blocks: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float64Array;
  /** Vectors above the least score. */
  readonly total: number;
}

/** The thread that scans vectors, as the main thread calls it. */
export class VectorScanner {
  readonly #blocks = new Map<number, Float32Array>();
  readonly #thread: WorkerThread<VectorRequest, FoundVectors>;
  #closed = false;

  constructor() {
    this.#thread = new WorkerThread(new URL('./vector-worker.ts', import.meta.url), {
      name: 'vectors',
      deathOf: (cause) => new Error('the thread that scans vectors died', { cause }),
      greeting: () => Array.from(this.#blocks, ([block, vectors]) => ({ kind: 'add', block, vectors }) as const),
    });
  }

  /** @param vectors in shared memory; they never change. */
  add(block: number, vectors: Float32Array): void {
    this.#blocks.set(block, vectors);
    this.#thread.tell({ kind: 'add', block, vectors });
  }

  /** Scans that were asked for before still see the block. */
  remove(block: number): void {
    this.#blocks.delete(block);
    this.#thread.tell({ kind: 'remove', block });
  }

  /** The `count` vectors with the greatest dot products above `minScore`, and how many are above it. */
  async scan(
    query: Float32Array,
    blocks: readonly ScannedBlock[],
    count: number,
    minScore: number,
  ): Promise<FoundVectors> {
    if (this.#closed) throw new Error('the scanner of vectors is closed');
    return this.#thread.call({ kind: 'scan', query, blocks, count, minScore });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.terminate();
    this.#blocks.clear();
  }
}

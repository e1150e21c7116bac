import { WorkerThread } from '../../../shared/worker-calls.ts';
import type { FoundVectors, ScannedBlock, VectorRequest } from './vector-protocol.ts';

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

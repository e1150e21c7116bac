import { Worker } from 'node:worker_threads';
import type { ScannedBlock, VectorRequest, VectorResponse } from './vector-protocol.ts';

// The thread's file lies beside this one, with the same extension: .ts from sources, .js in a build.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './vector-worker.ts' : './vector-worker.js',
  import.meta.url,
);

interface Pending {
  readonly resolve: (response: VectorResponse) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The main thread's end of the thread that scans vectors. It starts with the first use, again after it died, and keeps
 * the process alive only while a scan is pending.
 */
export class VectorScanner {
  readonly #blocks = new Map<number, Float32Array>();
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  /** @param vectors in shared memory; they never change. */
  add(block: number, vectors: Float32Array): void {
    this.#blocks.set(block, vectors);
    this.#worker?.postMessage({ kind: 'add', block, vectors } satisfies VectorRequest);
  }

  /** Scans that were asked for before still see the block. */
  remove(block: number): void {
    this.#blocks.delete(block);
    this.#worker?.postMessage({ kind: 'remove', block } satisfies VectorRequest);
  }

  /** The `count` vectors with the greatest dot products above `minScore`, and how many are above it. */
  scan(query: Float32Array, blocks: readonly ScannedBlock[], count: number, minScore: number): Promise<VectorResponse> {
    if (this.#closed) return Promise.reject(new Error('the scanner of vectors is closed'));
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ kind: 'scan', id, query, blocks, count, minScore } satisfies VectorRequest);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    this.#blocks.clear();
  }

  #start(): Worker {
    // Drops the flags of the process: some (--input-type) are not for a thread that runs a file.
    const worker = new Worker(workerUrl, { name: 'vectors', execArgv: [] });
    worker.on('message', (response: VectorResponse) => {
      const pending = this.#pending.get(response.id);
      this.#pending.delete(response.id);
      if (this.#pending.size === 0) worker.unref();
      pending?.resolve(response);
    });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      const error = new Error('the thread that scans vectors died', { cause });
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    worker.unref();
    for (const [block, vectors] of this.#blocks) {
      worker.postMessage({ kind: 'add', block, vectors } satisfies VectorRequest);
    }
    return worker;
  }
}

import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Embedder } from '../rules/embedding.ts';
import { JobError } from '../rules/job.ts';
import { toUnitLength } from '../rules/hashing-embedder.ts';
import type { OnnxRequest, OnnxResponse } from './onnx-worker.ts';

// The thread's file lies beside this one, with the same extension: .ts from sources, .js in a build.
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './onnx-worker.ts' : './onnx-worker.js', import.meta.url);

/** Texts per run of the model: memory for attention grows with them, and other requests wait meanwhile. */
const BATCH = 8;

interface Pending {
  readonly resolve: (response: OnnxResponse) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Vectors by a model in a local folder, computed in a thread of this process. Nothing is ever downloaded. The thread starts
 * with the first use, again after it died, and keeps the process alive only while an answer is pending.
 */
export class OnnxEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly #modelDir: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(modelDir: string, dimension: number) {
    this.model = basename(modelDir);
    this.dimension = dimension;
    this.#modelDir = modelDir;
  }

  /** Rejects with JobError. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      signal?.throwIfAborted();
      const batch = texts.slice(start, start + BATCH);
      const response = await this.#ask(batch);
      if ('problem' in response) throw this.#failure('cannot be used', false, response.problem);
      const { dimension, vectors: all } = response;
      if (dimension !== this.dimension) {
        const problem = `makes vectors of ${dimension} elements, and SEARCH_EMBEDDING_DIMENSION is ${this.dimension}`;
        throw this.#failure(problem, false);
      }
      for (let at = 0; at < batch.length; at += 1) {
        vectors.push(toUnitLength(all.slice(at * dimension, (at + 1) * dimension)));
      }
    }
    return vectors;
  }

  #ask(texts: readonly string[]): Promise<OnnxResponse> {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, texts } satisfies OnnxRequest);
    });
  }

  #start(): Worker {
    // Drops the flags of the process: some (--input-type) are not for a thread that runs a file.
    const worker = new Worker(workerUrl, { name: 'embedder', execArgv: [], workerData: { modelDir: this.#modelDir } });
    worker.on('message', (response: OnnxResponse) => {
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
      const error = this.#failure('ended with its thread', true, cause instanceof Error ? cause.message : undefined);
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    worker.unref();
    return worker;
  }

  /** `detail` is for the log alone: it may name files. */
  #failure(problem: string, retryable: boolean, detail?: string): JobError {
    const message = `the model ${this.model} ${problem}`;
    const recommendedAction = retryable ? 'retry' : 'fix_configuration';
    const failure = { code: 'embedding_failed', message, retryable, recommendedAction } as const;
    return new JobError(failure, detail === undefined ? undefined : { detail });
  }
}

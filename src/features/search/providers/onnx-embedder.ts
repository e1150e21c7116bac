import { basename } from 'node:path';
import { WorkerThread } from '../../../shared/worker-calls.ts';
import type { Embedder } from '../rules/embedding.ts';
import { JobError } from '../rules/job.ts';
import { toUnitLength } from '../rules/hashing-embedder.ts';
import type { OnnxAnswer } from './onnx-worker.ts';

/** Texts per run of the model: memory for attention grows with them, and other requests wait meanwhile. */
const BATCH = 8;

/** Vectors by a model in a local folder, computed in a thread of this process. Nothing is ever downloaded. */
export class OnnxEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly #thread: WorkerThread<readonly string[], OnnxAnswer>;

  constructor(modelDir: string, dimension: number) {
    this.model = basename(modelDir);
    this.dimension = dimension;
    this.#thread = new WorkerThread(new URL('./onnx-worker.ts', import.meta.url), {
      name: 'embedder',
      workerData: { modelDir },
      deathOf: (cause) =>
        this.#failure('ended with its thread', true, cause instanceof Error ? cause.message : undefined),
    });
  }

  /** Rejects with JobError. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      signal?.throwIfAborted();
      const batch = texts.slice(start, start + BATCH);
      const answer = await this.#thread.call(batch);
      if ('problem' in answer) throw this.#failure('cannot be used', false, answer.problem);
      const { dimension, vectors: all } = answer;
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

  /** `detail` is for the log alone: it may name files. */
  #failure(problem: string, retryable: boolean, detail?: string): JobError {
    const message = `the model ${this.model} ${problem}`;
    const recommendedAction = retryable ? 'retry' : 'fix_configuration';
    const failure = { code: 'embedding_failed', message, retryable, recommendedAction } as const;
    return new JobError(failure, detail === undefined ? undefined : { detail });
  }
}

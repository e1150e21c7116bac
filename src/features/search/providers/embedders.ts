import { Readable } from 'node:stream';
import { basename } from 'node:path';
import { type Embedder, HashingEmbedder, toUnitLength } from '../rules/embedding.ts';
import { InferenceClient } from './inference-client.ts';
import { WorkerThread } from '../../../shared/worker-calls.ts';
import { JobError } from '../rules/job.ts';
import type { OnnxAnswer } from './onnx-worker.ts';
import type { EmbedderConfig, InferenceConfig } from '../search-settings.ts';

const TIMEOUT_MS = 60_000;

/** Vectors by `POST {url}/v1/embeddings`, OpenAI's API, which many servers of models speak. */
export class HttpEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly #client: InferenceClient;

  constructor(options: InferenceConfig & { readonly dimension: number }) {
    this.model = options.model;
    this.dimension = options.dimension;
    this.#client = new InferenceClient(options, { name: 'embedding', failureCode: 'embedding_failed' });
  }

  /** Rejects with JobError. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    if (texts.length === 0) return [];
    const body = Buffer.from(JSON.stringify({ model: this.model, input: texts, encoding_format: 'float' }));
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const answer = await this.#client.post({
        path: '/v1/embeddings',
        contentType: 'application/json',
        length: body.length,
        body: Readable.from([body]),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return this.#vectorsOf(answer, texts.length);
    } catch (error) {
      if (error !== timeout.reason) throw error;
      throw this.#client.failure(`${this.#client.service} sent nothing within ${TIMEOUT_MS} ms`, true, 'retry');
    }
  }

  #vectorsOf(answer: string, count: number): Float32Array[] {
    const items = itemsOf(answer);
    if (items?.length !== count) throw this.#wrong(`${count} texts were sent, and no list of as many embeddings came`);
    const vectors: Float32Array[] = [];
    items.forEach((item, place) => {
      // The order of the answer need not be that of the texts.
      const { index = place, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
      const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count;
      if (!isPlace || vectors[index] !== undefined) throw this.#wrong('an embedding is of no text, or a second of one');
      vectors[index] = this.#vectorOf(embedding);
    });
    return vectors;
  }

  #vectorOf(embedding: unknown): Float32Array {
    const isVector = Array.isArray(embedding) && embedding.every(isSinglePrecision);
    if (!isVector) throw this.#wrong('an embedding is no list of numbers');
    if (embedding.length !== this.dimension) {
      throw this.#wrong(`it has ${embedding.length} elements, and SEARCH_EMBEDDING_DIMENSION is ${this.dimension}`);
    }
    return toUnitLength(Float32Array.from(embedding as number[]));
  }

  #wrong(problem: string): Error {
    const message = `${this.#client.service} made embeddings that cannot be used: ${problem}`;
    return this.#client.failure(message, false, 'fix_configuration');
  }
}

/** A number beyond it is infinite in the vector, and its other elements are lost. */
const isSinglePrecision = (element: unknown): boolean =>
  typeof element === 'number' && Number.isFinite(Math.fround(element));

function itemsOf(answer: string): unknown[] | undefined {
  try {
    const { data } = JSON.parse(answer) as { data?: unknown };
    return Array.isArray(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

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

/** The embedder that is configured. It loads and asks nothing until it makes vectors. */
export function openEmbedder(config: EmbedderConfig, dimension: number): Embedder {
  if (config.type === 'http') return new HttpEmbedder({ ...config, dimension });
  if (config.type === 'onnx') return new OnnxEmbedder(config.modelDir, dimension);
  return new HashingEmbedder(dimension);
}

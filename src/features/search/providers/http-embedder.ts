import { Readable } from 'node:stream';
import type { Embedder } from '../rules/embedding.ts';
import { toUnitLength } from '../rules/hashing-embedder.ts';
import { InferenceClient, type InferenceOptions } from './inference-client.ts';

interface HttpEmbedderOptions extends InferenceOptions {
  readonly dimension: number;
}

const TIMEOUT_MS = 60_000;

/** Vectors by `POST {url}/v1/embeddings`, OpenAI's API, which many servers of models speak. */
export class HttpEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly #client: InferenceClient;

  constructor(options: HttpEmbedderOptions) {
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
    const isVector = Array.isArray(embedding) && embedding.every((element) => Number.isFinite(element));
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

function itemsOf(answer: string): unknown[] | undefined {
  try {
    const { data } = JSON.parse(answer) as { data?: unknown };
    return Array.isArray(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

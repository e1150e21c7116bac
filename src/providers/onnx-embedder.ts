import { basename, dirname } from 'node:path';
import type { Embedder } from '../domain/search/embedding.ts';
import { JobError } from '../domain/search/job.ts';
import { toUnitLength } from '../search/hashing-embedder.ts';

/** Not installed with the server: it brings a runtime of some 100 MB along. */
const LIBRARY = '@huggingface/transformers';

/** Texts that the model works on at a time: attention's memory grows with them. */
const BATCH = 8;

/** What is used of the library. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly pipeline: (
    task: 'feature-extraction',
    model: string,
    options: { local_files_only: boolean },
  ) => Promise<Extractor>;
}

type Extractor = (
  texts: string[],
  options: { pooling: 'mean'; normalize: boolean },
) => Promise<{ dims: number[]; data: Float32Array }>;

/** Vectors by a model in a local folder, computed in this process. Nothing is ever downloaded. */
export class OnnxEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly #modelDir: string;
  #extractor: Promise<Extractor> | undefined;

  constructor(modelDir: string, dimension: number) {
    this.model = basename(modelDir);
    this.dimension = dimension;
    this.#modelDir = modelDir;
  }

  /** Rejects with JobError. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const extractor = await this.#load();
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      signal?.throwIfAborted();
      const batch = texts.slice(start, start + BATCH);
      const { dims, data } = await extractor(batch, { pooling: 'mean', normalize: true });
      const [count, dimension = 0] = dims;
      if (count !== batch.length || dimension !== this.dimension) {
        throw wrong(
          `makes vectors of ${dimension} elements, and SEARCH_EMBEDDING_DIMENSION is ${this.dimension}`,
          this.model,
        );
      }
      for (let at = 0; at < batch.length; at += 1) {
        vectors.push(toUnitLength(data.slice(at * dimension, (at + 1) * dimension)));
      }
    }
    return vectors;
  }

  /** Once; a failure is not kept, since the folder may be filled meanwhile. */
  #load(): Promise<Extractor> {
    this.#extractor ??= loadExtractor(this.#modelDir).catch((error: unknown) => {
      this.#extractor = undefined;
      throw error;
    });
    return this.#extractor;
  }
}

/** Throws Error that says how to install it. */
export async function importTransformers(): Promise<Transformers> {
  try {
    return (await import(LIBRARY)) as Transformers;
  } catch (error) {
    throw new Error(`SEARCH_EMBEDDER=onnx needs a library that is not here: npm install ${LIBRARY}`, { cause: error });
  }
}

async function loadExtractor(modelDir: string): Promise<Extractor> {
  try {
    const { env, pipeline } = await importTransformers();
    env.allowRemoteModels = false;
    env.localModelPath = dirname(modelDir);
    return await pipeline('feature-extraction', basename(modelDir), { local_files_only: true });
  } catch (error) {
    throw wrong(
      `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      basename(modelDir),
      error,
    );
  }
}

function wrong(problem: string, model: string, cause?: unknown): JobError {
  const message = `the model ${model} ${problem}`;
  return new JobError(
    { code: 'embedding_failed', message, retryable: false, recommendedAction: 'fix_configuration' },
    cause === undefined ? undefined : { cause },
  );
}

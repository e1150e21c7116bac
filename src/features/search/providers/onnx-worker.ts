import { basename, dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import { answerCalls } from '../../../shared/worker-calls.ts';

export type OnnxAnswer =
  /** The vectors one after the other, each of `dimension` elements. */
  { readonly dimension: number; readonly vectors: Float32Array } | { readonly problem: string };

/** Not installed with the server: it brings a runtime of some 100 MB along. */
const LIBRARY = '@huggingface/transformers';

/** The part of the library that is used. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly pipeline: (
    task: 'feature-extraction',
    model: string,
    options: { local_files_only: boolean; dtype: 'fp32' },
  ) => Promise<Extractor>;
}

type Extractor = (
  texts: readonly string[],
  options: { pooling: 'mean'; normalize: boolean },
) => Promise<{ dims: number[]; data: Float32Array }>;

const { modelDir } = workerData as { modelDir: string };
let extractor: Promise<Extractor> | undefined;

/** The thread of the model: the runtime computes without yielding. */
answerCalls(async (texts: readonly string[]): Promise<OnnxAnswer> => {
  try {
    extractor ??= load();
    const { dims, data } = await (await extractor)(texts, { pooling: 'mean', normalize: true });
    const [, dimension = 0] = dims;
    return { dimension, vectors: data };
  } catch (error) {
    // A failure to load is not kept: the folder may be filled meanwhile.
    extractor = undefined;
    return { problem: error instanceof Error ? error.message : String(error) };
  }
});

async function load(): Promise<Extractor> {
  const { env, pipeline } = await importLibrary();
  env.allowRemoteModels = false;
  env.localModelPath = dirname(modelDir);
  // Set explicitly, or the library prints a warning.
  return pipeline('feature-extraction', basename(modelDir), { local_files_only: true, dtype: 'fp32' });
}

async function importLibrary(): Promise<Transformers> {
  try {
    return (await import(LIBRARY)) as Transformers;
  } catch (error) {
    throw new Error(`it needs a library that is not here: npm install ${LIBRARY}`, { cause: error });
  }
}

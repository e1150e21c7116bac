import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDataset, type DatasetSpec } from './dataset.ts';

/** The datasets of one run, each built once while nobody changes it. */
export class Datasets {
  readonly #directory: string;
  readonly #log: (message: string) => void;
  readonly #built = new Map<string, string>();
  #count = 0;

  /** `directory` is a temporary folder of the run. */
  constructor(directory: string, log: (message: string) => void) {
    this.#directory = directory;
    this.#log = log;
  }

  /** A data directory that is only read. */
  async shared(spec: DatasetSpec): Promise<string> {
    const key = JSON.stringify(Object.entries(spec).sort());
    const known = this.#built.get(key);
    if (known !== undefined) return known;
    const dataDir = join(this.#directory, `dataset-${this.#count++}`);
    await mkdir(dataDir);
    const started = performance.now();
    await buildDataset(dataDir, spec);
    const seconds = (performance.now() - started) / 1000;
    const segments = (spec.flows * spec.segmentsPerFlow).toLocaleString('en');
    this.#log(`built ${segments} segments in ${spec.flows} flows: ${seconds.toFixed(1)} s`);
    this.#built.set(key, dataDir);
    return dataDir;
  }

  /** A data directory for `work` to change; nobody gets it afterwards. */
  async changed<T>(spec: DatasetSpec, work: (dataDir: string) => Promise<T>): Promise<T> {
    const dataDir = await this.shared(spec);
    for (const [key, directory] of this.#built) if (directory === dataDir) this.#built.delete(key);
    try {
      return await work(dataDir);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
}

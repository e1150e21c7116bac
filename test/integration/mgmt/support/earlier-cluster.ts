import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EarlierTable, putOnCluster } from '../../../support/earlier-systems/arrow-rows.ts';
import { startVastEmulator, type VastEmulator } from '../../../support/vast-emulator/index.ts';
import { vastEnv } from '../../../support/vastdb/vast-env.ts';

/** Emulated clusters with the tables of earlier systems. */
export class EarlierClusters {
  readonly #folder: string;
  readonly #emulators: VastEmulator[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns the path of a file for `--source-env` that names a cluster with these tables. */
  async with(name: string, tables: readonly EarlierTable[]): Promise<string> {
    const emulator = await startVastEmulator({ schema: name });
    this.#emulators.push(emulator);
    await putOnCluster(emulator, tables);
    const file = join(this.#folder, `${name}.env`);
    const lines = Object.entries(vastEnv(emulator, name)).map(([variable, value]) => `${variable}='${value}'`);
    await writeFile(file, lines.join('\n'));
    return file;
  }

  async close(): Promise<void> {
    for (const emulator of this.#emulators) await emulator.close();
  }
}

import { openVastEngine, type VastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import type { VastEmulator, VastEmulatorOptions } from '../vast-emulator/index.ts';
import { COUNTERS, EVENTS } from './counters.ts';
import { engineOptions, openEmulatedEngine } from './emulated-engine.ts';

/** An emulated cluster, and the engines that a test opened on it. */
export class EmulatedCluster {
  readonly #dispose: (() => Promise<void>)[] = [];

  /** The first process, on a cluster of its own. */
  async open(
    options: VastEmulatorOptions = {},
    more: Parameters<typeof openEmulatedEngine>[1] = {},
  ): Promise<{ emulator: VastEmulator; engine: VastEngine; manager: VastDBManager }> {
    const { emulator, engine, dispose } = await openEmulatedEngine(options, more);
    this.#dispose.push(async () => {
      emulator.faults.clear();
      await dispose();
    });
    const manager = await VastDBManager.open(engine, [COUNTERS, EVENTS]);
    emulator.requests.clear();
    return { emulator, engine, manager };
  }

  /** Another process that works on the same tables. */
  async replica(emulator: VastEmulator): Promise<VastDBManager> {
    const engine = await openVastEngine(engineOptions(emulator));
    this.#dispose.push(() => engine.close());
    return VastDBManager.open(engine, [COUNTERS, EVENTS]);
  }

  /** Closes what was opened, the last one first. */
  async dispose(): Promise<void> {
    for (const dispose of this.#dispose.splice(0).reverse()) await dispose();
  }
}

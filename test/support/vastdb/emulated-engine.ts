import { pino } from 'pino';
import {
  openVastEngine,
  type VastEngine,
  type VastEngineOptions,
} from '../../../src/vastdb/engines/vast/vast-engine.ts';
import { startVastEmulator, type VastEmulator, type VastEmulatorOptions } from '../vast-emulator/index.ts';

export const SCHEMA = 'tams';

export interface EmulatedEngine {
  readonly emulator: VastEmulator;
  readonly engine: VastEngine;
  /** Closes the engine and stops its cluster. */
  readonly dispose: () => Promise<void>;
}

/** How an engine finds the emulator. */
export function engineOptions(emulator: VastEmulator, options: Partial<VastEngineOptions> = {}): VastEngineOptions {
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  return { endpoints, accessKey, secretKey, bucket, schema: SCHEMA, logger: pino({ level: 'silent' }), ...options };
}

/** The engine for clusters, on an emulated one of its own. */
export async function openEmulatedEngine(
  emulatorOptions: VastEmulatorOptions = {},
  options: Partial<VastEngineOptions> = {},
): Promise<EmulatedEngine> {
  const emulator = await startVastEmulator({ schema: SCHEMA, ...emulatorOptions });
  const engine = await openVastEngine(engineOptions(emulator, options));
  return {
    emulator,
    engine,
    dispose: async () => {
      await engine.close();
      await emulator.close();
    },
  };
}

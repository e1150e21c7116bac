import { openTables } from '../../src/composition/tables.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { TableDefinition } from '../../src/vastdb/engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { startVastEmulator, type VastEmulator } from './vast-emulator/index.ts';

/** The engine under the tests that start a whole server: `TEST_TABLE_ENGINE`, sqlite unless it says vast. */
export const TEST_TABLE_ENGINE = readChoice();

const SCHEMA = 'tams';
/** Less than the engine's patience with conflicts: a server that is killed leaves transactions open. */
const SILENCE_MS = 3000;
const emulators = new Map<string, Promise<VastEmulator>>();

/**
 * The variables that put a server's tables on that engine. Servers of one data directory, at a time or one
 * after the other, meet the same tables.
 */
export async function tableEngineEnv(dataDir: string): Promise<Record<string, string>> {
  if (TEST_TABLE_ENGINE === 'sqlite') return {};
  let starting = emulators.get(dataDir);
  if (starting === undefined) {
    starting = startVastEmulator({ schema: SCHEMA, transactionSilenceMs: SILENCE_MS });
    emulators.set(dataDir, starting);
  }
  const { endpoints, accessKey, secretKey, bucket } = await starting;
  return {
    TABLE_ENGINE: 'vast',
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: SCHEMA,
    SECRET_KEY: 'the secret of all replicas in these tests',
  };
}

/** The tables of a data directory, as one more process beside its servers opens them. */
export async function openTestTables(dataDir: string, definitions: readonly TableDefinition[]): Promise<VastDBManager> {
  const config = loadConfig({ DATA_DIR: dataDir, ...(await tableEngineEnv(dataDir)) });
  return VastDBManager.open(await openTables(config, createLogger('warn')), definitions);
}

/** Forgets the tables of a data directory that is removed. */
export async function dropTables(dataDir: string): Promise<void> {
  const emulator = await emulators.get(dataDir);
  emulators.delete(dataDir);
  await emulator?.close();
}

function readChoice(): 'sqlite' | 'vast' {
  const choice = process.env.TEST_TABLE_ENGINE ?? 'sqlite';
  if (choice !== 'sqlite' && choice !== 'vast') throw new Error(`TEST_TABLE_ENGINE is ${choice}; sqlite or vast`);
  return choice;
}

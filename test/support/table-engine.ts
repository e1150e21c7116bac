import { openTables } from '../../src/vastdb/open-tables.ts';
import { loadConfig } from '../../src/settings.ts';
import { createLogger } from '../../src/operation/logger.ts';
import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { createDatabase, dropDatabase } from './postgres-server.ts';
import { startVastEmulator, type VastEmulator } from './vast-emulator/index.ts';
import { vastEnv } from './vastdb/vast-env.ts';

/** The engine under the tests that start a whole server: `TEST_TABLE_ENGINE`, sqlite unless it says vast or postgres. */
export const TEST_TABLE_ENGINE = readChoice();

const SCHEMA = 'tams';
/** Less than the engine's patience with conflicts: a server that is killed leaves transactions open. */
const SILENCE_MS = 3000;
const SECRET_KEY = 'the secret of all replicas in these tests';
const databases = new Map<string, Promise<string>>();
const emulators = new Map<string, Promise<VastEmulator>>();

/**
 * The variables that put a server's tables on that engine. Servers of one data directory, at a time or one
 * after the other, meet the same tables.
 */
export async function tableEngineEnv(dataDir: string): Promise<Record<string, string>> {
  if (TEST_TABLE_ENGINE === 'sqlite') return {};
  if (TEST_TABLE_ENGINE === 'postgres') return postgresEnv(dataDir);
  let starting = emulators.get(dataDir);
  if (starting === undefined) {
    starting = startVastEmulator({ schema: SCHEMA, transactionSilenceMs: SILENCE_MS });
    emulators.set(dataDir, starting);
  }
  return vastEnv(await starting, SCHEMA);
}

async function postgresEnv(dataDir: string): Promise<Record<string, string>> {
  let database = databases.get(dataDir);
  if (database === undefined) {
    database = createDatabase(postgresUrl());
    databases.set(dataDir, database);
  }
  // Few connections for each of the many servers of a run.
  return { TABLE_ENGINE: 'postgres', DATABASE_URL: await database, DATABASE_POOL_SIZE: '8', SECRET_KEY };
}

/** The server of the whole run, which `start-postgres.ts` has started. */
function postgresUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is missing: only the project postgres has it.');
  return url;
}

/** The tables of a data directory, as one more process beside its servers opens them. */
export async function openTestTables(dataDir: string, definitions: readonly TableDefinition[]): Promise<VastDBManager> {
  return VastDBManager.open(await openTestEngine(dataDir), definitions);
}

/** The engine under them. */
export async function openTestEngine(dataDir: string): Promise<TableEngine> {
  const config = loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error', ...(await tableEngineEnv(dataDir)) });
  return openTables(config, createLogger(config.logLevel));
}

/** Removes the tables of a data directory that is removed. */
export async function dropTables(dataDir: string): Promise<void> {
  const emulator = await emulators.get(dataDir);
  emulators.delete(dataDir);
  await emulator?.close();
  const database = await databases.get(dataDir);
  databases.delete(dataDir);
  if (database !== undefined) await dropDatabase(database, postgresUrl());
}

/** Removes the tables of all data directories: a worker runs many files. */
export async function dropAllTables(): Promise<void> {
  for (const dataDir of [...emulators.keys(), ...databases.keys()]) await dropTables(dataDir);
}

function readChoice(): 'sqlite' | 'vast' | 'postgres' {
  const choice = process.env.TEST_TABLE_ENGINE ?? 'sqlite';
  if (choice === 'sqlite' || choice === 'vast' || choice === 'postgres') return choice;
  throw new Error(`TEST_TABLE_ENGINE is ${choice}; sqlite, vast or postgres`);
}

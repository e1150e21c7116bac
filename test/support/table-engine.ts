import { afterAll } from 'vitest';
import { openTables } from '../../src/vastdb/open-tables.ts';
import { loadConfig } from '../../src/settings.ts';
import { createLogger } from '../../src/operation/logger.ts';
import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { startVastEmulator, type VastEmulator } from './vast-emulator/index.ts';
import { vastEnv } from './vastdb/vast-env.ts';

/** The engine under the tests that start a whole server: `TEST_TABLE_ENGINE`, sqlite unless it says vast or postgres. */
export const TEST_TABLE_ENGINE = readChoice();

const SCHEMA = 'tams';
/** Less than the engine's patience with conflicts: a server that is killed leaves transactions open. */
const SILENCE_MS = 3000;
const SECRET_KEY = 'the secret of all replicas in these tests';
let postgres: Promise<PostgresServer> | undefined;
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
  // One server for all tests of a file; what is in it goes with the databases.
  postgres ??= startPostgres();
  const server = await postgres;
  let database = databases.get(dataDir);
  if (database === undefined) {
    database = server.database();
    databases.set(dataDir, database);
  }
  // Few connections for each of the many servers of a run.
  return { TABLE_ENGINE: 'postgres', DATABASE_URL: await database, DATABASE_POOL_SIZE: '8', SECRET_KEY };
}

// Benchmarks start servers as well, on the embedded engine and without Vitest.
if (TEST_TABLE_ENGINE === 'postgres') {
  afterAll(async () => {
    const server = await postgres;
    postgres = undefined;
    await server?.dispose();
  });
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

/** Forgets the tables of a data directory that is removed. */
export async function dropTables(dataDir: string): Promise<void> {
  const emulator = await emulators.get(dataDir);
  emulators.delete(dataDir);
  await emulator?.close();
}

function readChoice(): 'sqlite' | 'vast' | 'postgres' {
  const choice = process.env.TEST_TABLE_ENGINE ?? 'sqlite';
  if (choice === 'sqlite' || choice === 'vast' || choice === 'postgres') return choice;
  throw new Error(`TEST_TABLE_ENGINE is ${choice}; sqlite, vast or postgres`);
}

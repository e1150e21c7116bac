import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openTables } from '../../src/vastdb/open-tables.ts';
import { type Config, loadConfig } from '../../src/settings.ts';
import { createLogger } from '../../src/operation/logger.ts';
import type { TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { VastDBManager, type VastDBManagerOptions } from '../../src/vastdb/vast-db-manager.ts';
import { knownTables } from './known-tables.ts';

/** The configured engine as it is: nothing was created, nothing brought up to date. */
export interface OpenedEngine {
  readonly config: Config;
  readonly engine: TableEngine;
  readonly definitions: readonly TableDefinition[];
}

/** The configured engine with its tables up to date, as a server has them. */
export interface OpenedTables extends OpenedEngine {
  readonly manager: VastDBManager;
}

/** The file of the embedded engine of a data directory. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'tables', 'tables.sqlite');

/** Runs `work` on the engine of the configured server, which may be running. */
export async function withEngine<T>(
  work: (opened: OpenedEngine) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const opened = await openEngine(loadConfig(env));
  try {
    return await work(opened);
  } finally {
    await opened.engine.close();
  }
}

/** Runs `work` on the tables of the configured server, which may be running. */
export async function withTables<T>(
  work: (opened: OpenedTables) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
  options: OpenOptions = {},
): Promise<T> {
  const opened = await openManager(await openEngine(loadConfig(env)), options);
  try {
    return await work(opened);
  } finally {
    await opened.manager.close();
  }
}

/** Runs `work` on these tables of the configured server, which may be running. They are made where they are not there. */
export async function withTablesOf<T>(
  tables: readonly TableDefinition[],
  work: (manager: VastDBManager) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const { manager } = await openManager({ ...(await openAnyEngine(loadConfig(env))), definitions: tables });
  try {
    return await work(manager);
  } finally {
    await manager.close();
  }
}

/** @param mayMake whether an embedded database is made where there is none; without it that is an error. */
export async function openEngine(config: Config, mayMake = false): Promise<OpenedEngine> {
  if (config.tables.engine === 'sqlite' && !mayMake) await checkDatabaseThere(config.dataDir);
  const opened = await openAnyEngine(config);
  try {
    return { ...opened, definitions: await knownTables(opened.engine, config.features) };
  } catch (error) {
    await opened.engine.close();
    throw error;
  }
}

async function openAnyEngine(config: Config): Promise<Omit<OpenedEngine, 'definitions'>> {
  // The standard output is the command's own.
  const logger = createLogger('error', process.stderr);
  const engine = await openTables({ ...config, tables: withoutReplica(config.tables) }, logger);
  return { config, engine };
}

/** Commands read what they have just written, which a replica may not have yet. */
const withoutReplica = ({ postgres, ...tables }: Config['tables']): Config['tables'] => ({
  ...tables,
  postgres: postgres && { ...postgres, replicaUrl: undefined },
});

interface OpenOptions extends Pick<VastDBManagerOptions, 'halfFilled'> {
  /** Definitions that hold instead of those of the same names, or besides them. */
  readonly instead?: readonly TableDefinition[];
}

/** Closes the engine when the tables cannot be opened. */
export async function openManager(
  opened: OpenedEngine,
  { instead = [], ...options }: OpenOptions = {},
): Promise<OpenedTables> {
  const byName = new Map([...opened.definitions, ...instead].map((definition) => [definition.name, definition]));
  const definitions = [...byName.values()];
  try {
    const manager = await VastDBManager.open(opened.engine, definitions, options);
    return { ...opened, definitions, manager };
  } catch (error) {
    await opened.engine.close();
    throw error;
  }
}

/** @throws where there is no embedded database, before a folder for one is made. */
export async function checkDatabaseThere(dataDir: string): Promise<void> {
  const file = databaseFile(dataDir);
  try {
    await access(file);
  } catch (error) {
    throw new Error(`There are no tables at ${file}: set DATA_DIR as for the server, or start the server once.`, {
      cause: error,
    });
  }
}

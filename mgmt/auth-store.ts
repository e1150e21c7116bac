import { userInfo } from 'node:os';
import { openTables } from '../src/vastdb/open-tables.ts';
import { loadConfig } from '../src/settings.ts';
import { createLogger } from '../src/operation/logger.ts';
import { AuthStore } from '../src/features/auth/auth-store.ts';
import { AUTH_TABLES } from '../src/features/auth/auth-tables.ts';
import { VastDBManager } from '../src/vastdb/vast-db-manager.ts';

/** Runs `work` on the users, tokens and audit log of the configured server, which may be running. */
export async function withAuthStore<T>(
  work: (store: AuthStore) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const config = loadConfig(env);
  // The standard output is the command's own.
  const logger = createLogger('error', process.stderr);
  const engine = await openTables(config, logger);
  const manager = await VastDBManager.open(engine, AUTH_TABLES);
  try {
    return await work(new AuthStore(manager));
  } finally {
    await manager.close();
  }
}

/** The operator in the audit log: the user of the operating system. */
export function operatorName(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    // Containers run under ids that have no name.
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
}

import { openTables } from '../../src/vastdb/open-tables.ts';
import { loadConfig } from '../../src/settings.ts';
import { createLogger } from '../../src/operation/logger.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';

export interface ConfiguredStore {
  readonly store: VastStore;
  readonly countFlows: () => Promise<number>;
}

/** Runs `work` on the store of the configured server, which may be running. */
export async function withConfiguredStore<T>(
  work: (configured: ConfiguredStore) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const config = loadConfig(env);
  // The standard output is the command's own.
  const engine = await openTables(config, createLogger('error', process.stderr));
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  try {
    // Only the keys of webhooks are sealed, and none are read or written here.
    const store = new VastStore(manager, new SecretBox('no webhooks are touched', 'webhooks'));
    return await work({ store, countFlows: () => manager.count(FLOWS.name) });
  } finally {
    await manager.close();
  }
}

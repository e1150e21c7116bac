import { SecretBox } from '../../src/shared/secret-box.ts';
import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { withTablesOf } from '../tables/open-tables.ts';

export interface ConfiguredStore {
  readonly store: VastStore;
  readonly countFlows: () => Promise<number>;
}

/** Runs `work` on the store of the configured server, which may be running. */
export async function withConfiguredStore<T>(
  work: (configured: ConfiguredStore) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  return withTablesOf(
    VAST_STORE_TABLES,
    (manager) => {
      // Only the keys of webhooks are sealed, and none are read or written here.
      const store = new VastStore(manager, new SecretBox('no webhooks are touched', 'webhooks'));
      return work({ store, countFlows: () => manager.count(FLOWS.name) });
    },
    env,
  );
}

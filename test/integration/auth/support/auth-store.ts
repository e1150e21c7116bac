import { withAuthStore } from '../../../../mgmt/auth-store.ts';
import type { AuthStore } from '../../../../src/features/auth/auth-store.ts';
import { tableEngineEnv } from '../../../support/table-engine.ts';

/** Works on the users, tokens and audit log of the servers of a data directory, as an operator's command does. */
export async function onAuthStore<T>(dataDir: string, work: (store: AuthStore) => Promise<T>): Promise<T> {
  return withAuthStore(work, { DATA_DIR: dataDir, ...(await tableEngineEnv(dataDir)) });
}

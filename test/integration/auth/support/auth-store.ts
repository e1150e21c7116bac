import { withTablesOf } from '../../../../mgmt/tables/open-tables.ts';
import { AuthStore } from '../../../../src/features/auth/auth-store.ts';
import { AUTH_TABLES } from '../../../../src/features/auth/auth-tables.ts';
import { tableEngineEnv } from '../../../support/table-engine.ts';

/** Works on the users, tokens and audit log of the servers of a data directory, as an operator's command does. */
export async function onAuthStore<T>(dataDir: string, work: (store: AuthStore) => Promise<T>): Promise<T> {
  const env = { DATA_DIR: dataDir, ...(await tableEngineEnv(dataDir)) };
  return withTablesOf(AUTH_TABLES, (manager) => work(new AuthStore(manager)), env);
}

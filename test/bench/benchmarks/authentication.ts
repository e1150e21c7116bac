import { withTablesOf } from '../../../mgmt/tables/open-tables.ts';
import { AuthStore } from '../../../src/features/auth/auth-store.ts';
import { AUTH_TABLES } from '../../../src/features/auth/auth-tables.ts';
import { TokenAdmin, UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';
import { type Benchmark, type BenchmarkRow, compare, measure, rateRow } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const FLOWS = 100;
const CONNECTIONS = 32;
const TARGET = 0.93;
const PASSWORD = 'a password of the benchmark';

/**
 * Reading flows with each kind of credential, against the same server without authentication. Each round has processes of
 * its own: two of the very same server differ by more than what is measured here, for as long as they run.
 */
export const authentication: Benchmark = {
  name: 'authentication',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const spec = { flows: FLOWS, segmentsPerFlow: 10, allocatedPerFlow: 0, storageId: STORAGE_ID };
    return datasets.changed(spec, async (dataDir) => {
      const provider = await IdentityProvider.start();
      const env = { DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile };
      const credentials = await makeCredentials(dataDir, provider);
      const closedEnv = { ...env, ...provider.env, AUTH_MODE: 'jwt,token,basic,url_token' };
      const rate =
        (environment: typeof env, { headers = {}, query = '' }: Credential) =>
        async (): Promise<number> => {
          const server = await startServer(environment);
          const requests = Array.from({ length: FLOWS }, (_, number) => ({
            method: 'GET' as const,
            path: `/flows/${flowId(number)}${query}`,
            headers,
          }));
          const load = { baseUrl: server.baseUrl, requests, connections: CONNECTIONS, until: { ms: scale.roundMs } };
          try {
            await measure(context, { ...load, until: { ms: scale.roundMs / 2 } }, 200);
            return (await measure(context, load, 200)).requestsPerSecond;
          } finally {
            await server.close();
          }
        };
      try {
        const rows: BenchmarkRow[] = [];
        for (const [kind, credential] of Object.entries(credentials)) {
          // Both sides send it, so that both read as many bytes.
          const comparison = await compare(scale.rounds, rate(closedEnv, credential), rate(env, credential));
          rows.push(rateRow(`\`GET /flows/{id}\` with a ${kind} against no authentication`, comparison, TARGET));
        }
        return rows;
      } finally {
        await provider.close();
      }
    });
  },
};

interface Credential {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

/** A credential of each kind, as requests have it; those of the tables are made there. */
async function makeCredentials(dataDir: string, provider: IdentityProvider): Promise<Record<string, Credential>> {
  const grant = { name: 'bench', scopes: ['read'], classes: undefined } as const;
  const token = await withTablesOf(
    AUTH_TABLES,
    async (manager) => {
      const store = new AuthStore(manager);
      await new UserAdmin(store, 'bench').add(grant, PASSWORD);
      return new TokenAdmin(store, 'bench').add(grant);
    },
    { DATA_DIR: dataDir },
  );
  const exp = Math.floor(Date.now() / 1000) + 3600;
  // Providers put more into a token than is needed here: about a kilobyte in all.
  const jwt = await provider.token({ scope: 'openid tams:read', session: 'x'.repeat(500), exp });
  return {
    JWT: { headers: { authorization: `Bearer ${jwt}` } },
    token: { headers: { authorization: `Bearer ${token}` } },
    password: { headers: { authorization: `Basic ${Buffer.from(`bench:${PASSWORD}`).toString('base64')}` } },
    'token in the URL': { query: `?access_token=${token}` },
  };
}

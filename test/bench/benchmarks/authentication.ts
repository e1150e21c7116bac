import { withTablesOf } from '../../../mgmt/tables/open-tables.ts';
import { AuthStore } from '../../../src/features/auth/auth-store.ts';
import { AUTH_TABLES } from '../../../src/features/auth/auth-tables.ts';
import { TokenAdmin, UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';
import { type Benchmark, type BenchmarkContext, measure, rateRow } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import { LoadGenerator } from '../support/load-generator.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { keepOnOneCore } from '../support/cores.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const FLOWS = 100;
const CONNECTIONS = 32;
const TARGET = 0.93;
/** Turns before the one that counts: the third of a server with authentication was still 8% slower than its fourth. */
const WARM_UP = 5;
const PASSWORD = 'a password of the benchmark';

/**
 * Reading flows with each kind of credential, against the same server without authentication: requests for each second that
 * the server was on a core. Its main thread shares one with the clients, or chance would be larger than what is measured.
 */
export const authentication: Benchmark = {
  name: 'authentication',
  missing: process.platform === 'linux' ? undefined : 'the time of processes on a core is known on Linux alone',
  async run(context) {
    const { datasets, backendsFile } = context;
    const spec = { flows: FLOWS, segmentsPerFlow: 10, allocatedPerFlow: 0, storageId: STORAGE_ID };
    return datasets.changed(spec, async (dataDir) => {
      const provider = await IdentityProvider.start();
      // A server that waits for its core is not overloaded.
      const env = { DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile, OVERLOAD_DELAY_MS: '0' };
      const credentials = await makeCredentials(dataDir, provider);
      const closedEnv = { ...env, ...provider.env, AUTH_MODE: 'jwt,token,basic,url_token' };
      const generator = new LoadGenerator();
      const rounds: Comparisons[] = [];
      try {
        // More and shorter rounds than elsewhere: two processes of the very same server still differ by some percent.
        for (let round = 0; round < 2 * context.scale.rounds; round++)
          rounds.push(await compareServers({ ...context, generator }, closedEnv, env, credentials));
      } finally {
        generator.close();
        await provider.close();
      }
      return Object.keys(credentials).map((kind) => {
        const sides = rounds.map((round) => round[kind]).filter((side) => side !== undefined);
        const comparison = {
          ours: median(sides.map(({ closed }) => closed)),
          baseline: median(sides.map(({ open }) => open)),
          ratio: median(sides.map(({ closed, open }) => closed / open)),
        };
        const what = `\`GET /flows/{id}\` with a ${kind} against no authentication`;
        return rateRow(what, comparison, TARGET, 'requests for each second of CPU');
      });
    });
  },
};

type Environment = Readonly<Record<string, string>>;
/** By the kind of credential. */
type Comparisons = Readonly<Record<string, { readonly closed: number; readonly open: number }>>;

/** Two fresh servers. Both are sent each credential, so that both read as many bytes. */
async function compareServers(
  context: BenchmarkContext,
  closedEnv: Environment,
  openEnv: Environment,
  credentials: Readonly<Record<string, Credential>>,
): Promise<Comparisons> {
  const closed = await startServer(closedEnv);
  const open = await startServer(openEnv);
  const perCpuSecond = async (server: ServerProcess, { headers = {}, query = '' }: Credential): Promise<number> => {
    const requests = Array.from({ length: FLOWS }, (_, number) => ({
      method: 'GET' as const,
      path: `/flows/${flowId(number)}${query}`,
      headers,
    }));
    const until = { ms: context.scale.roundMs / 4 };
    const before = await server.cpuSeconds();
    const result = await measure(context, { baseUrl: server.baseUrl, requests, connections: CONNECTIONS, until }, 200);
    return result.requests / ((await server.cpuSeconds()) - before);
  };
  const each = async (): Promise<Comparisons> => {
    const compared: Record<string, { closed: number; open: number }> = {};
    for (const [kind, credential] of Object.entries(credentials)) {
      compared[kind] = {
        closed: await perCpuSecond(closed, credential),
        open: await perCpuSecond(open, credential),
      };
    }
    return compared;
  };
  try {
    await keepOnOneCore(context.generator.pid, closed.pid, open.pid);
    // For the compilers, which are done later where there is more code.
    for (let times = 0; times < WARM_UP; times++) await each();
    return await each();
  } finally {
    await Promise.all([closed.close(), open.close()]);
  }
}

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

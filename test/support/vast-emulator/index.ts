import { Faults } from './faults.ts';
import { EmulatorServer } from './http/emulator-server.ts';
import { RequestLog } from './request-log.ts';
import { seededRandom } from './seeded-random.ts';
import { emulatorSettings, type EmulatorSettings, type VastEmulatorOptions } from './settings.ts';
import { Store } from './store/store.ts';

export type { Fault, FaultKind, Latency } from './faults.ts';
export type { LoggedRequest } from './request-log.ts';
export type { EmulatorSettings, PageSettings, VastEmulatorOptions } from './settings.ts';

export interface VastEmulator {
  /** Base URLs, all over one store, without a slash at the end. */
  readonly endpoints: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  /** The schema that exists from the start, if the options named one. */
  readonly schema: string | undefined;
  /** May be changed while the emulator runs. */
  readonly settings: EmulatorSettings;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Transactions that are neither committed nor rolled back. */
  openTransactions(): number;
  close(): Promise<void>;
}

export const DEFAULT_SEED = 7;

/**
 * An HTTP server that speaks the wire protocol of the VAST DataBase, for tests and development. It keeps
 * everything in memory, and is no database: it emulates what clients can observe, as far as that is known.
 */
export async function startVastEmulator(options: VastEmulatorOptions = {}): Promise<VastEmulator> {
  const settings = emulatorSettings(options);
  const seed = options.seed ?? DEFAULT_SEED;
  const bucket = options.bucket ?? 'vastdb';
  const credentials = { accessKey: options.accessKey ?? 'test-access', secretKey: options.secretKey ?? 'test-secret' };
  const store = new Store(bucket, seed, settings);
  if (options.schema !== undefined) store.createSchemaNow(options.schema);

  const requests = new RequestLog();
  const servers: EmulatorServer[] = [];
  const faults = new Faults(seededRandom(seed), servers);
  for (let endpoint = 0; endpoint < (options.endpoints ?? 1); endpoint += 1) {
    const server = new EmulatorServer({ endpoint, store, settings, credentials, faults, requests });
    await server.listen(options.port ? options.port + endpoint : 0);
    servers.push(server);
  }
  return {
    endpoints: servers.map((server) => server.url),
    ...credentials,
    bucket,
    schema: options.schema,
    settings,
    faults,
    requests,
    openTransactions: () => store.openTransactions,
    close: async () => {
      await Promise.all(servers.map(async (server) => server.kill()));
      store.close();
    },
  };
}

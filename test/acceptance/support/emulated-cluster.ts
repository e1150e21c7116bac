import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../../../demo/server-process.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import type { RunningServer } from './server-folder.ts';

const SCHEMA = 'tams';
/** A server that is killed holds the rows of its transactions until the cluster ends them. */
const TRANSACTION_SILENCE_MS = 5_000;

/** An emulated cluster, and servers in processes of their own that keep their tables on it and share a media folder. */
export class EmulatedCluster {
  readonly emulator: VastEmulator;
  readonly #dataDir: string;
  readonly #servers = new Set<ServerProcess>();

  private constructor(emulator: VastEmulator, dataDir: string) {
    this.emulator = emulator;
    this.#dataDir = dataDir;
  }

  static async start(endpoints: number): Promise<EmulatedCluster> {
    const emulator = await startVastEmulator({
      endpoints,
      schema: SCHEMA,
      transactionSilenceMs: TRANSACTION_SILENCE_MS,
    });
    return new EmulatedCluster(emulator, await mkdtemp(join(tmpdir(), 'tams-acceptance-')));
  }

  /** Starts one more replica. */
  async startReplica(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const { endpoints, accessKey, secretKey, bucket } = this.emulator;
    const server = await ServerProcess.start({
      dataDir: this.#dataDir,
      env: {
        TABLE_ENGINE: 'vast',
        VAST_ENDPOINTS: endpoints.join(','),
        VAST_ACCESS_KEY: accessKey,
        VAST_SECRET_KEY: secretKey,
        VAST_BUCKET: bucket,
        VAST_SCHEMA: SCHEMA,
        SECRET_KEY: 'the secret of all replicas in these tests',
        // The cluster, its clients and all replicas share the few cores of one machine: 503 would say no more than that.
        OVERLOAD_DELAY_MS: '0',
        ...env,
      },
    });
    this.#servers.add(server);
    return { server, client: new TamsClient(server.baseUrl) };
  }

  /** Ends everything that was started, and removes what it kept. */
  async remove(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.kill()));
    await this.emulator.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ServerProcess, type ServerProcessOptions } from '../../../demo/server-process.ts';
import { dropTables, tableEngineEnv } from '../../support/table-engine.ts';
import { TamsClient } from '../../support/tams-client.ts';

/** `TEST_WORKERS=2` runs the tests over servers of two processes. */
const WORKERS: Readonly<Record<string, string>> = { WORKERS: process.env['TEST_WORKERS'] ?? '1' };

/** A running server and a client of it. */
export interface RunningServer {
  readonly server: ServerProcess;
  readonly client: TamsClient;
}

/** A data directory of the present test: it and the servers on it are gone when the test has finished. */
export class ServerFolder {
  readonly dataDir: string;
  readonly #servers = new Set<ServerProcess>();

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  static async make(): Promise<ServerFolder> {
    const folder = new ServerFolder(await mkdtemp(join(tmpdir(), 'tams-acceptance-')));
    onTestFinished(() => folder.#remove());
    return folder;
  }

  /** Starts a server on the folder; any number of them may run at once. */
  async start(options: Omit<ServerProcessOptions, 'dataDir'> = {}): Promise<RunningServer> {
    const env = { ...WORKERS, ...(await tableEngineEnv(this.dataDir)), ...options.env };
    const server = await ServerProcess.start({ ...options, dataDir: this.dataDir, env });
    this.#servers.add(server);
    return { server, client: new TamsClient(server.baseUrl) };
  }

  /** Runs a server that is expected to end by itself. */
  async runToEnd(env: Readonly<Record<string, string>>): Promise<{ code: number | null; stderr: string }> {
    const server = ServerProcess.spawn({ dataDir: this.dataDir, env });
    this.#servers.add(server);
    const { code } = await server.exited;
    return { code, stderr: server.errors };
  }

  async #remove(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.kill()));
    await dropTables(this.dataDir);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

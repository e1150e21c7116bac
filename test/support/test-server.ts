import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ServerProcess } from '../../demo/server-process.ts';
import { type Config, loadConfig } from '../../src/settings.ts';
import { buildContainer } from '../../src/container/container.ts';
import { createLogger } from '../../src/operation/logger.ts';
import { spreadRequests } from './spread-requests.ts';
import { dropTables, tableEngineEnv } from './table-engine.ts';
import { verifyAfter } from './verify-after.ts';

export interface TestServer {
  /** Where it listens, without a slash at its end. */
  readonly baseUrl: string;
  /** Needs `inProcess`. */
  readonly app: FastifyInstance;
  readonly dataDir: string;
  /** Has its workers look for what is due, and waits until they have. Needs `inProcess`. */
  lookForDue(): Promise<void>;
  /** Stops the server and, unless the caller gave the folder, removes its data. */
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Environment variables, as an operator would set them. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing data directory, for a server that starts again. */
  readonly dataDir?: string;
  /** The test damages the tables, and leaves them so: else every server has to leave what `mgmt verify` has nothing to say of. */
  readonly isDamaged?: boolean;
  /** Takes the lines of the log; the standard output unless given. The server is in the test's process then, as with `inProcess`. */
  readonly log?: (line: string) => void;
  /** Why the test needs the server in its own process, also where `TEST_WORKERS` asks for several. */
  readonly inProcess?: Inside;
}

/** Reasons of a test to have its server in its own process. */
type Inside =
  /** It moves its clock. */
  | 'clock'
  /** It has its workers look for what is due, so that it need not wait for them. */
  | 'lookForDue'
  /** It reads its log. */
  | 'log'
  /** It counts what the process does: turns of its event loop, memory, events of its sockets. */
  | 'counts'
  /** It is about one process: its limits and metrics, threads, or how it stops. */
  | 'one process';

/** The version of TAMS that the root of these servers speaks: 7.0 unless `TEST_API_VERSION` says 8.2. */
const SPOKEN = process.env['TEST_API_VERSION'];

/** Whether the tests run over 8.2. A test of what 7.0 alone has, or does otherwise, is skipped then. */
export const IS_NEWER = SPOKEN === '8.2';

/** `TEST_WORKERS=2` runs the tests that know the server by HTTP alone over servers of two processes. */
export const WORKERS = Number(process.env['TEST_WORKERS'] ?? 1);

/** The whole server on a port of its own: the real engine, the real media folder, real HTTP. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tams-test-')));
  // A test that is about one engine names it.
  const tables = options.env?.['TABLE_ENGINE'] === undefined ? await tableEngineEnv(dataDir) : {};
  const env = {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...(SPOKEN !== undefined && { API_VERSION: SPOKEN }),
    // Each write would wait for the disk, and no test cuts its power. The tests of kills have servers that do wait.
    SQLITE_SYNCHRONOUS: 'normal',
    // A server that waits for a core is neither overloaded nor stuck.
    OVERLOAD_DELAY_MS: '0',
    REQUEST_TIMEOUT_S: '240',
    ...tables,
    ...options.env,
  };
  const config = loadConfig(env);
  const serving = await (WORKERS > 1 && options.inProcess === undefined && options.log === undefined
    ? startProcesses(dataDir, env)
    : startWithin(config, options.log));
  return {
    baseUrl: serving.baseUrl,
    get app() {
      return serving.app;
    },
    dataDir,
    lookForDue: () => serving.lookForDue(),
    close: async () => {
      await serving.close();
      if (options.isDamaged !== true) await verifyAfter(config);
      if (options.dataDir !== undefined) return;
      await dropTables(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Started = Omit<TestServer, 'dataDir'>;

async function startWithin(config: Config, log: TestServerOptions['log']): Promise<Started> {
  const container = await buildContainer(config, '0.0.0-test', createLogger(config.logLevel, log && { write: log }));
  await container.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = container.app.server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    app: container.app,
    lookForDue: () => container.lookForDue(),
    close: () => container.close(),
  };
}

/** As the product starts it. Its log is not shown. */
async function startProcesses(dataDir: string, env: Readonly<Record<string, string>>): Promise<Started> {
  // Its first line says where it listens.
  const server = await ServerProcess.start({ dataDir, env: { ...env, LOG_LEVEL: 'info', WORKERS: String(WORKERS) } });
  spreadRequests(server.baseUrl);
  const needsProcess = (): never => {
    throw new Error('A test that reaches into the server says so with `inProcess`.');
  };
  return {
    baseUrl: server.baseUrl,
    get app() {
      return needsProcess();
    },
    lookForDue: needsProcess,
    close: async () => {
      const { code, signal } = await server.stop();
      if (code !== 0)
        throw new Error(`The server ended with ${signal ?? `code ${code}`}: ${server.errors}${server.output}`);
    },
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/settings.ts';
import { buildContainer } from '../../src/container/container.ts';
import { createLogger } from '../../src/operation/logger.ts';
import { dropTables, tableEngineEnv } from './table-engine.ts';
import { verifyAfter } from './verify-after.ts';

export interface TestServer {
  /** Where it listens, without a slash at its end. */
  readonly baseUrl: string;
  readonly app: FastifyInstance;
  readonly dataDir: string;
  /** Has its workers look for what is due, and waits until they have. */
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
  /** Takes the lines of the log; the standard output unless given. */
  readonly log?: (line: string) => void;
}

/** The version of TAMS that the root of these servers speaks: 7.0 unless `TEST_API_VERSION` says 8.2. */
const SPOKEN = process.env['TEST_API_VERSION'];

/** Whether the tests run over 8.2. A test of what 7.0 alone has, or does otherwise, is skipped then. */
export const IS_NEWER = SPOKEN === '8.2';

/** The whole server on a port of its own: the real engine, the real media folder, real HTTP. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tams-test-')));
  // A test that is about one engine names it.
  const tables = options.env?.['TABLE_ENGINE'] === undefined ? await tableEngineEnv(dataDir) : {};
  const config = loadConfig({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    API_VERSION: SPOKEN,
    // Each write would wait for the disk, and no test cuts its power. Servers in processes of their own do wait.
    SQLITE_SYNCHRONOUS: 'normal',
    ...tables,
    ...options.env,
  });
  const container = await buildContainer(
    config,
    '0.0.0-test',
    createLogger(config.logLevel, options.log && { write: options.log }),
  );
  await container.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = container.app.server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    app: container.app,
    dataDir,
    lookForDue: () => container.lookForDue(),
    close: async () => {
      await container.close();
      if (options.isDamaged !== true) await verifyAfter(config);
      if (options.dataDir !== undefined) return;
      await dropTables(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type Config, ConfigError, loadConfig } from './settings.ts';
import { unknownVariables } from './config/unknown-variables.ts';
import { buildContainer } from './container/container.ts';
import { createLogger } from './operation/logger.ts';
import { VERSIONS } from './tams/versions/surfaces.ts';

/** How long a stopping server waits for what runs, before it gives up; STOP_DELAY_S comes on top. */
const STOP_MS = 30_000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  for (const { name, likely } of unknownVariables(process.env)) {
    logger.warn(`${name} is set, but nothing reads it. Is ${likely} meant?`);
  }
  const container = await buildContainer(config, version, logger);
  // As many may connect at the same moment as there may be at all; Node's own 511 make the others wait for seconds.
  const backlog = config.operation.limits.maxConnections;
  await container.app.listen({ host: config.http.host, port: config.http.port, backlog });
  const { port } = container.app.server.address() as AddressInfo;
  const { host } = config.http;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  logger.info(
    { version, dataDir: config.dataDir },
    `TAMS ${VERSIONS.join(' and ')} at ${url}/, its documentation at ${url}/docs`,
  );

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info(`stopping after ${signal}`);
    const patienceMs = STOP_MS + config.operation.stopDelayMs;
    setTimeout(() => {
      logger.error(`did not stop within ${patienceMs / 1000} s`);
      process.exit(1);
    }, patienceMs).unref();
    container.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** The start either works or ends with one line that says why. */
function failToStart(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof ConfigError ? 'Configuration' : 'Cannot start'}: ${reason}\n`);
  process.exit(1);
}

try {
  await main(loadConfig(process.env));
} catch (error) {
  failToStart(error);
}

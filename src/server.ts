import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { ALL_VARIABLES, type Config, loadConfig } from './settings.ts';
import { unknownVariables } from './config/unknown-variables.ts';
import { buildContainer } from './container/container.ts';
import { ignoredHosts } from './media/storage-backend-settings.ts';
import { createLogger } from './operation/logger.ts';
import { partOf } from './processes/part-of-config.ts';
import { failToStart } from './processes/messages.ts';
import type { WorkerLink } from './processes/worker-link.ts';
import { VERSIONS } from './tams/versions/surfaces.ts';

/** How long a stopping server waits for what runs, before it gives up; STOP_DELAY_S comes on top. */
const STOP_MS = 30_000;
/** How long a replaced process goes on serving: its clients are told by their next answers to use other connections. */
const RETIRE_DELAY_MS = 2_000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Serves until it is told to stop. `link` where this is one of several processes. */
export async function serve(link?: WorkerLink): Promise<void> {
  try {
    const config = loadConfig(process.env);
    await run(link === undefined ? config : partOf(config, link.count), link);
  } catch (error) {
    // The start either works or ends with one line that says why.
    failToStart(error);
  }
}

async function run(config: Config, link: WorkerLink | undefined): Promise<void> {
  const logger = createLogger(config.logLevel);
  for (const { name, likely } of unknownVariables(process.env, ALL_VARIABLES)) {
    logger.warn(`${name} is set, but nothing reads it. Is ${likely} meant?`);
  }
  const ignored = link === undefined || link.number === 1 ? ignoredHosts(process.env, config.media.backends) : [];
  if (ignored.length > 0) {
    logger.warn(`Not followed: ${ignored.join(', ')}. Name that host of AWS in AWS_ENDPOINT_URL_S3.`);
  }
  const container = await buildContainer(config, version, logger, link);
  // As many may connect at the same moment as there may be at all; Node's own 511 make the others wait for seconds.
  const backlog = config.operation.limits.maxConnections;
  await container.app.listen({ host: config.http.host, port: config.http.port, backlog });
  const { port } = container.app.server.address() as AddressInfo;
  const { host } = config.http;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const announcement = `TAMS ${VERSIONS.join(' and ')} at ${url}/, its documentation at ${url}/docs`;
  const facts = { version, dataDir: config.dataDir };

  let stopping = false;
  const stop = (reason: string, delayMs = config.operation.stopDelayMs): void => {
    if (stopping) return;
    stopping = true;
    if (link === undefined) logger.info(`stopping after ${reason}`);
    const patienceMs = STOP_MS + delayMs;
    setTimeout(() => {
      logger.error(`did not stop within ${patienceMs / 1000} s`);
      process.exit(1);
    }, patienceMs).unref();
    container.close(undefined, delayMs).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  if (link === undefined) {
    process.on('SIGINT', () => stop('SIGINT'));
    logger.info(facts, announcement);
    return;
  }
  // A terminal sends these to every process; the primary says what follows.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  link.onRetire(() => stop('its replacement', Math.max(RETIRE_DELAY_MS, config.operation.stopDelayMs)));
  link.ready(announcement, facts);
}

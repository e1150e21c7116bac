import type { Logger } from 'pino';
import type { Config } from '../settings.ts';
import { type MetricsJson, MetricsRegistry } from '../operation/metrics/metrics-registry.ts';
import { processSources } from '../operation/metrics/process-sources.ts';
import { RequestMetrics } from '../operation/metrics/request-metrics.ts';
import { Readiness } from '../operation/readiness.ts';
import type { Probe } from '../operation/readiness.ts';
import type { OtlpTracing } from '../operation/otlp-tracing.ts';
import { buildMonitoringServer } from '../http/monitoring/monitoring-server.ts';
import type { MonitoringContext } from '../http/monitoring/monitoring-routes.ts';
import { type MemoryUse, memorySources } from '../operation/metrics/memory-sources.ts';
import { diskSources } from '../operation/metrics/disk-sources.ts';
import { endpointSources } from '../vastdb/metrics/endpoint-sources.ts';
import { poolSources } from '../vastdb/metrics/pool-sources.ts';
import { mediaSources } from '../media/media-metrics.ts';
import { URL_BYTES } from '../media/url-cache.ts';
import { readinessSources } from '../operation/metrics/readiness-sources.ts';
import { serverSources } from '../operation/metrics/server-sources.ts';
import { tableSources } from '../vastdb/metrics/table-sources.ts';
import { describeHealth } from './health-report.ts';
import type { Watched } from './watched.ts';
import { workerFailure } from '../operation/worker-health.ts';

const MIB = 2 ** 20;

export interface Operation extends MonitoringContext {
  /** From now on this process does the background work. */
  inBackground(): void;
  /** Counters of this process. */
  counted(): Promise<MetricsJson>;
  /** Opens the port of the metrics, where they have one. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** The probes, the metrics and the report of health: everything by which the server is watched. */
export function buildOperation(
  config: Config,
  watched: Watched,
  tracing: OtlpTracing | undefined,
  logger: Logger,
): Operation {
  const probes = probesOf(watched);
  const failing = new Set<string>();
  const { siblings } = watched;
  const readiness = new Readiness(probes, {
    siblings,
    onChange: (probe, failure) => {
      if (failure === undefined) {
        failing.delete(probe);
        logger.info({ probe }, `${probe} is well again`);
      } else {
        failing.add(probe);
        logger.error({ probe, failure }, `not ready: ${probe} fails`);
      }
    },
  });
  const requestMetrics = new RequestMetrics();
  const metrics = new MetricsRegistry((metric, error) => {
    logger.warn({ metric, err: error }, 'a metric could not be read');
  }, siblings);
  metrics.add(
    ...requestMetrics.sources(),
    ...serverSources(watched.version, watched.workers),
    ...(siblings.count === 1 ? [] : processSources(siblings.number, requestMetrics)),
    ...readinessSources(
      readiness,
      probes.map(({ name }) => name),
      failing,
    ),
    ...(watched.usesDisk ? diskSources(config.dataDir, config.diskReserveBytes) : []),
    ...memorySources(memoryOf(config, watched, requestMetrics)),
    ...tableSources(watched.manager),
    ...endpointSources(watched.manager),
    ...poolSources(watched.manager),
    ...mediaSources(watched.media),
    ...watched.sources,
  );
  const { limits, metricsPort } = config.operation;
  let closeOwnPort: (() => Promise<void>) | undefined;
  return {
    limits,
    counter: siblings.counter,
    requestMetrics,
    readiness,
    metrics: metricsPort === undefined ? metrics : undefined,
    health: healthOf(watched, readiness),
    tracing,
    inBackground: () => {
      metrics.readShared();
    },
    counted: () => metrics.counted(),
    listen: async () => {
      if (metricsPort === undefined) return;
      const server = await buildMonitoringServer(readiness, metrics);
      closeOwnPort = () => server.close();
      const url = await server.listen({ host: config.http.host, port: metricsPort });
      logger.info(`probes and metrics at ${url}`);
    },
    close: async () => {
      await closeOwnPort?.();
    },
  };
}

/** The process, and all of its parts that have a bound. */
function memoryOf(
  { memory, tables, media: { backends, presign }, operation: { limits } }: Config,
  { media, memory: caches }: Watched,
  requests: RequestMetrics,
): MemoryUse[] {
  const urls = () =>
    media
      .statistics()
      .values()
      .reduce((sum, statistics) => sum + statistics.urls.entries, 0);
  return [
    { part: 'process', budgetBytes: memory.process * MIB, usedBytes: () => process.memoryUsage.rss() },
    ...(tables.engine === 'sqlite' ? [{ part: 'tables', budgetBytes: tables.sqlite.cacheMib * MIB }] : []),
    {
      part: 'urls',
      budgetBytes: presign.urlCacheMax * backends.length * URL_BYTES,
      usedBytes: () => urls() * URL_BYTES,
    },
    { part: 'bodies', budgetBytes: limits.bodiesMaxBytes, usedBytes: () => requests.bodyBytes() },
    ...caches,
  ];
}

/** The use of each process, where there are several. */
function healthOf(watched: Watched, readiness: Readiness): () => Promise<object> {
  const own = () => describeHealth(watched, readiness, watched.sources);
  const { siblings } = watched;
  if (siblings.count === 1) return own;
  const gather = siblings.gather('health', async () => ({
    process: siblings.number,
    pid: process.pid,
    ...(await own()),
  }));
  return async () => {
    const [{ ready }, processes] = await Promise.all([readiness.check(), gather()]);
    return { status: ready ? 'ok' : 'failing', processes };
  };
}

function probesOf({ manager, media, workers }: Watched): Probe[] {
  return [
    { name: 'engine', check: () => manager.health() },
    {
      name: 'media',
      check: async () => {
        const failed = (await media.health()).filter(({ error }) => error !== undefined);
        if (failed.length === 0) return;
        throw new Error(failed.map(({ storageId, error }) => `${storageId}: ${error?.message ?? ''}`).join('; '));
      },
    },
    {
      name: 'workers',
      check: async () => {
        const failures = workers()
          .map(workerFailure)
          .filter((failure) => failure !== undefined);
        if (failures.length > 0) throw new Error(failures.join('; '));
      },
    },
  ];
}

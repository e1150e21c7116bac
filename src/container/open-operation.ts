import type { Logger } from 'pino';
import type { Config } from '../settings.ts';
import { type MetricsJson, MetricsRegistry, withinTime } from '../operation/metrics/metrics-registry.ts';
import { RequestMetrics } from '../operation/metrics/request-metrics.ts';
import { type Probe, Readiness, type ReadinessReport } from '../operation/readiness.ts';
import type { OtlpTracing } from '../operation/otlp-tracing.ts';
import { buildMonitoringServer, type MonitoringContext } from '../http/monitoring/monitoring-routes.ts';
import { mediaSources } from '../media/media-metrics.ts';
import { URL_BYTES } from '../media/url-cache.ts';
import {
  diskSources,
  memorySources,
  type MemoryUse,
  processSources,
  readinessSources,
  serverSources,
} from '../operation/metrics/server-sources.ts';
import { endpointSources, poolSources, tableSources } from '../vastdb/metrics/table-sources.ts';
import { workerFailure, type WorkerStatus } from '../operation/worker-loop.ts';
import type { MetricSource, Sample, TimingSource } from '../operation/metrics/metric-source.ts';
import type { MediaStores } from '../media/media-store-registry.ts';
import type { Siblings } from '../operation/siblings.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** Inputs to health and metrics. */
interface Watched {
  readonly version: string;
  readonly manager: VastDBManager;
  readonly media: MediaStores;
  readonly workers: () => readonly WorkerStatus[];
  /** Metrics of TAMS and the features. */
  readonly sources: readonly (MetricSource | TimingSource)[];
  /** Caches of TAMS and of the features. */
  readonly memory: readonly MemoryUse[];
  /** The processes of the server. */
  readonly siblings: Siblings;
  /** Whether tables or media lie on the disk of DATA_DIR. */
  readonly usesDisk: boolean;
}

const MIB = 2 ** 20;

interface Operation extends MonitoringContext {
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
      const server = await buildMonitoringServer(readiness, metrics, logger);
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
    const [report, processes] = await Promise.all([readiness.check(), gather()]);
    return { ...describeReadiness(report), processes };
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

/** Slow queries that the report shows, of those that are kept. */
const SLOW_SHOWN = 10;

/** How everything is, as `GET /health` shows it. Costs no query but those of the probes and the backlog, which are kept. */
async function describeHealth(
  { version, manager, media, workers }: Watched,
  readiness: Readiness,
  sources: readonly (MetricSource | TimingSource)[],
): Promise<object> {
  const [report, backlog] = await Promise.all([readiness.checkProcess(), readAll(sources)]);
  const { since, count, errors, slow, slowThresholdMs } = manager.performanceSummary();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    ...describeReadiness(report),
    version,
    node: process.version,
    uptime_s: Math.round(process.uptime()),
    memory_bytes: { resident: rss, heap: heapUsed, external },
    tables: {
      since: new Date(since).toISOString(),
      operations: count,
      failures: errors,
      slow,
      slow_threshold_ms: slowThresholdMs,
      slow_latest: manager
        .slowQueries()
        .slice(0, SLOW_SHOWN)
        .map(({ startedAt, ...query }) => ({ ...query, startedAt: new Date(startedAt).toISOString() })),
    },
    endpoints: manager.endpointStatistics().map(({ url, state, requests, errors, inFlight, latencyMs, dueInMs }) => ({
      url,
      state,
      requests,
      errors,
      in_flight: inFlight,
      latency_ms: latencyMs,
      // Infinite while it is being tried, which JSON has no number for.
      tried_again_in_ms: dueInMs === Infinity ? 0 : dueInMs,
    })),
    connections: manager.poolStatistics(),
    media: [...media.statistics()].map(([storageId, { circuit, urls }]) => ({
      id: storageId,
      label: media.get(storageId)?.backend.label,
      circuit,
      signed_urls: urls,
    })),
    workers: workers().map(({ name, running, busySince, lastSuccess, failuresInRow, lastFailure }) => ({
      name,
      running,
      busy_since: toTime(busySince),
      last_success: toTime(lastSuccess),
      failures_in_row: failuresInRow,
      last_failure: lastFailure,
    })),
    backlog,
  };
}

const describeReadiness = ({ ready, failures }: ReadinessReport): object => ({
  status: ready ? 'ok' : 'failing',
  checks: Object.fromEntries(Object.entries(failures).map(([name, failure]) => [name, failure ?? 'ok'])),
});

/** Each metric without its prefix; what cannot be read now says why. */
async function readAll(sources: readonly (MetricSource | TimingSource)[]): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    sources.map(async (source): Promise<[string, unknown][]> => {
      if (source.type === 'histogram') return [];
      const name = source.name.replace(/^tams_/, '');
      try {
        return [[name, shown(await withinTime(source.read()))]];
      } catch (error) {
        return [[name, { error: error instanceof Error ? error.message : String(error) }]];
      }
    }),
  );
  return Object.fromEntries(entries.flat());
}

function shown(samples: readonly Sample[]): unknown {
  const [first] = samples;
  if (samples.length === 1 && first !== undefined && first.labels === undefined) return first.value;
  return Object.fromEntries(samples.map(({ labels = {}, value }) => [Object.values(labels).join(' '), value]));
}

const toTime = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

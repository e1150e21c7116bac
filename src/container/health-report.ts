import type { MetricSource, Sample, TimingSource } from '../operation/metrics/metric-source.ts';
import type { Readiness } from '../operation/readiness.ts';
import type { Watched } from './watched.ts';

/** Slow queries that the report shows, of those that are kept. */
const SLOW_SHOWN = 10;

/** How everything is, as `GET /health` shows it. Costs no query but those of the probes and the backlog, which are kept. */
export async function describeHealth(
  { version, manager, media, workers }: Watched,
  readiness: Readiness,
  sources: readonly (MetricSource | TimingSource)[],
): Promise<object> {
  const [{ ready, failures }, backlog] = await Promise.all([readiness.checkProcess(), readAll(sources)]);
  const { since, count, errors, slow, slowThresholdMs } = manager.performanceSummary();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    status: ready ? 'ok' : 'failing',
    checks: Object.fromEntries(Object.entries(failures).map(([name, failure]) => [name, failure ?? 'ok'])),
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

/** Each metric without its prefix; what cannot be read now says why. */
async function readAll(sources: readonly (MetricSource | TimingSource)[]): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    sources.map(async (source): Promise<[string, unknown][]> => {
      if (source.type === 'histogram') return [];
      const name = source.name.replace(/^tams_/, '');
      try {
        return [[name, shown(await source.read())]];
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

import type { Siblings } from '../../operation/siblings.ts';
import type { PerformanceSummary, QueryTimings, SlowQuery, TableTimings } from '../../vastdb/monitor/query-monitor.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';

interface Report {
  readonly summary: PerformanceSummary;
  /** The latest, newest first. */
  readonly slowQueries: readonly SlowQuery[];
}

/** Timings of the queries of all processes of this server. */
export interface ServerPerformance {
  read(): Promise<Report>;
  /** Resolves once every process that answers in time has begun anew. */
  reset(): Promise<void>;
}

const SLOW_KEPT = 100;

export function serverPerformance(own: VastDBManager, siblings: Siblings): ServerPerformance {
  const gather = siblings.gather('query performance', () =>
    Promise.resolve({ summary: own.performanceSummary(), slowQueries: own.slowQueries() }),
  );
  const resetAll = siblings.gather('query performance, reset', () => {
    own.resetPerformance();
    return Promise.resolve(true);
  });
  return {
    read: async () => sumOf(await gather()),
    reset: async () => {
      await resetAll();
    },
  };
}

function sumOf(reports: readonly Report[]): Report {
  const summaries = reports.map(({ summary }) => summary);
  const add = (number: (summary: PerformanceSummary) => number): number =>
    summaries.reduce((sum, summary) => sum + number(summary), 0);
  const tables = Map.groupBy(
    summaries.flatMap((summary) => summary.tables),
    ({ table }) => table,
  );
  return {
    summary: {
      since: Math.min(...summaries.map(({ since }) => since)),
      count: add(({ count }) => count),
      errors: add(({ errors }) => errors),
      slow: add(({ slow }) => slow),
      slowThresholdMs: summaries[0]?.slowThresholdMs ?? 0,
      tables: [...tables].map(([table, parts]) => tableSum(table, parts)),
    },
    slowQueries: reports
      .flatMap(({ slowQueries }) => slowQueries)
      .toSorted((one, other) => other.startedAt - one.startedAt)
      .slice(0, SLOW_KEPT),
  };
}

function tableSum(table: string, parts: readonly TableTimings[]): TableTimings {
  const operations = Map.groupBy(
    parts.flatMap((part) => part.operations),
    ({ operation }) => operation,
  );
  return { table, operations: [...operations].map(([operation, timings]) => operationSum(operation, timings)) };
}

/** A percentile of all is never more than the largest of the parts'. */
function operationSum(operation: QueryTimings['operation'], parts: readonly QueryTimings[]): QueryTimings {
  const add = (name: 'count' | 'errors' | 'rows' | 'totalMs'): number =>
    parts.reduce((sum, part) => sum + part[name], 0);
  const most = (name: 'maxMs' | 'p50Ms' | 'p95Ms' | 'p99Ms'): number => Math.max(...parts.map((part) => part[name]));
  const [count, totalMs] = [add('count'), add('totalMs')];
  return {
    operation,
    count,
    errors: add('errors'),
    rows: add('rows'),
    totalMs,
    meanMs: count === 0 ? 0 : totalMs / count,
    maxMs: most('maxMs'),
    p50Ms: most('p50Ms'),
    p95Ms: most('p95Ms'),
    p99Ms: most('p99Ms'),
    within: (parts[0]?.within ?? []).map((_, bound) =>
      parts.reduce((sum, { within }) => sum + (within[bound] ?? 0), 0),
    ),
  };
}

import { DURATION_BOUNDS_MS } from '../../operation/metrics/duration-tally.ts';
import { COMPARISON_SIGNS, type Predicate } from '../predicate/predicate.ts';
import type { OtlpTracing } from '../../operation/otlp-tracing.ts';

export type QueryKind = 'select' | 'count' | 'insert' | 'update' | 'delete' | 'transaction';

/** Durations are milliseconds. Percentiles are upper bounds, at most a quarter above the true value. */
export interface QueryTimings {
  readonly operation: QueryKind;
  readonly count: number;
  readonly errors: number;
  /** Rows that were returned, counted or written. */
  readonly rows: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Cumulative counts at each of DURATION_BOUNDS_MS. */
  readonly within: readonly number[];
}

export interface TableTimings {
  readonly table: string;
  readonly operations: readonly QueryTimings[];
}

export interface SlowQuery {
  readonly table: string;
  readonly operation: QueryKind;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly rows: number;
  readonly failed: boolean;
  /** The predicate with `?` for its values, which may be private. */
  readonly predicate?: string;
}

export interface PerformanceSummary {
  /** Milliseconds since the epoch: the start, or the last reset. */
  readonly since: number;
  readonly count: number;
  readonly errors: number;
  readonly slow: number;
  readonly slowThresholdMs: number;
  readonly tables: readonly TableTimings[];
}

export interface QueryMonitorOptions {
  /** Queries that take at least this many milliseconds are kept as slow; 100 unless set. */
  readonly slowThresholdMs?: number;
  /** Called after every query, in the query's asynchronous context. */
  readonly onQuery?: (table: string, operation: QueryKind, startedMs: number, rows: number, failed: boolean) => void;
  /** Number of slow queries to keep; 100 by default. */
  readonly slowQueriesKept?: number;
}

/** The table name under which whole transactions are counted. */
export const ALL_TABLES = '*';

class Timings {
  count = 0;
  errors = 0;
  rows = 0;
  totalMs = 0;
  maxMs = 0;
  readonly histogram = new DurationHistogram();
}

/** Query timings by table and operation, and the latest slow queries. Recording costs well under a microsecond. */
export class QueryMonitor {
  readonly #slowThresholdMs: number;
  readonly #slowKept: number;
  readonly #onQuery: QueryMonitorOptions['onQuery'];
  readonly #tables = new Map<string, Map<QueryKind, Timings>>();
  #slow: SlowQuery[] = [];
  #slowSeen = 0;
  #since = Date.now();

  constructor(options: QueryMonitorOptions = {}) {
    this.#slowThresholdMs = options.slowThresholdMs ?? 100;
    this.#slowKept = options.slowQueriesKept ?? 100;
    this.#onQuery = options.onQuery;
  }

  /** Whether somebody is told of every query, and may ask in which asynchronous context it ran. */
  get isWatched(): boolean {
    return this.#onQuery !== undefined;
  }

  /** `startedMs` is the `performance.now()` of the query's start. */
  record(
    table: string,
    operation: QueryKind,
    startedMs: number,
    rows: number,
    failed = false,
    where?: Predicate,
  ): void {
    const durationMs = performance.now() - startedMs;
    const timings = this.#timings(table, operation);
    timings.count++;
    timings.rows += rows;
    timings.totalMs += durationMs;
    if (failed) timings.errors++;
    if (durationMs > timings.maxMs) timings.maxMs = durationMs;
    timings.histogram.add(durationMs);
    this.#onQuery?.(table, operation, startedMs, rows, failed);
    if (durationMs >= this.#slowThresholdMs) {
      this.#keepSlow({
        table,
        operation,
        startedAt: performance.timeOrigin + startedMs,
        durationMs,
        rows,
        failed,
        ...(where === undefined ? {} : { predicate: predicateShape(where) }),
      });
    }
  }

  summary(): PerformanceSummary {
    const tables = [...this.#tables.keys()].map((table) => this.forTable(table));
    const operations = tables.flatMap((table) => table.operations);
    return {
      since: this.#since,
      count: operations.reduce((sum, { count }) => sum + count, 0),
      errors: operations.reduce((sum, { errors }) => sum + errors, 0),
      slow: this.#slowSeen,
      slowThresholdMs: this.#slowThresholdMs,
      tables,
    };
  }

  /** Empty where the table was not queried since the last reset. */
  forTable(table: string): TableTimings {
    const operations = [...(this.#tables.get(table) ?? [])].map(([operation, timings]) => report(operation, timings));
    return { table, operations };
  }

  /** The latest slow queries, newest first. */
  slowQueries(): SlowQuery[] {
    return this.#slow.toReversed();
  }

  reset(): void {
    this.#tables.clear();
    this.#slow = [];
    this.#slowSeen = 0;
    this.#since = Date.now();
  }

  #timings(table: string, operation: QueryKind): Timings {
    let operations = this.#tables.get(table);
    if (operations === undefined) {
      operations = new Map();
      this.#tables.set(table, operations);
    }
    let timings = operations.get(operation);
    if (timings === undefined) {
      timings = new Timings();
      operations.set(operation, timings);
    }
    return timings;
  }

  #keepSlow(query: SlowQuery): void {
    this.#slowSeen++;
    this.#slow.push(query);
    if (this.#slow.length > this.#slowKept) this.#slow.shift();
  }
}

function report(operation: QueryKind, timings: Timings): QueryTimings {
  const { count, errors, rows, totalMs, maxMs, histogram } = timings;
  const atMost = (percentile: number): number => Math.min(maxMs, histogram.percentile(percentile));
  return {
    operation,
    count,
    errors,
    rows,
    totalMs,
    meanMs: count === 0 ? 0 : totalMs / count,
    maxMs,
    p50Ms: atMost(50),
    p95Ms: atMost(95),
    p99Ms: atMost(99),
    within: histogram.within(DURATION_BOUNDS_MS),
  };
}

/** The predicate as text with `?` for its values, which may be private: for logs and slow query lists. */
export function predicateShape(predicate: Predicate): string {
  switch (predicate.op) {
    case 'and':
    case 'or':
      if (predicate.terms.length === 0) return predicate.op === 'and' ? 'true' : 'false';
      return predicate.terms.map(termShape).join(predicate.op === 'and' ? ' and ' : ' or ');
    case 'not':
      return `not (${predicateShape(predicate.term)})`;
    case 'inSelect': {
      const { table, column, where } = predicate.select;
      return `${predicate.column} in (select ${column} from ${table} where ${predicateShape(where)})`;
    }
    case 'in':
      return `${predicate.column} in (?)`;
    case 'between':
      return `${predicate.column} between ? and ?`;
    case 'isNull':
      return `${predicate.column} is null`;
    case 'isNotNull':
      return `${predicate.column} is not null`;
    case 'contains':
    case 'startsWith':
      return `${predicate.op}(${predicate.column}, ?)`;
    default:
      return `${predicate.column} ${COMPARISON_SIGNS[predicate.op]} ?`;
  }
}

function termShape(term: Predicate): string {
  const nested = (term.op === 'and' || term.op === 'or') && term.terms.length > 0;
  return nested ? `(${predicateShape(term)})` : predicateShape(term);
}

/** Makes a span of each query, if there are traces. */
export function tracedQueries(tracing: OtlpTracing | undefined): QueryMonitorOptions {
  if (tracing === undefined) return {};
  return {
    onQuery: (table, operation, startedMs, rows, failed) => {
      const attributes = {
        'db.collection.name': table,
        'db.operation.name': operation,
        'db.response.returned_rows': rows,
      };
      tracing.record({ name: `${operation} ${table}`, startedMs, failed, attributes });
    },
  };
}

/**
 * Counts durations in fixed buckets whose bounds grow by a quarter each, from 1 microsecond to about
 * 17 minutes: a percentile is known to within 25 %, at the price of one addition.
 */
const LOWEST_MS = 0.001;
const GROWTH = 1.25;
const BUCKETS = 94;
const LOG_GROWTH = Math.log(GROWTH);

export class DurationHistogram {
  readonly #counts = new Float64Array(BUCKETS);

  add(ms: number): void {
    const bucket = ms <= LOWEST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LOWEST_MS) / LOG_GROWTH));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  /** Cumulative counts at each of the rising bounds; up to a quarter too few just below a bound. */
  within(boundsMs: readonly number[]): number[] {
    const sums = boundsMs.map(() => 0);
    for (const [bucket, count] of this.#counts.entries()) {
      const upper = LOWEST_MS * GROWTH ** bucket;
      for (const [index, bound] of boundsMs.entries()) if (upper <= bound) sums[index] = (sums[index] ?? 0) + count;
    }
    return sums;
  }

  /** The upper bound of the bucket that holds the percentile (0 to 100), in milliseconds; 0 when nothing was counted. */
  percentile(percentile: number): number {
    let total = 0;
    for (const count of this.#counts) total += count;
    if (total === 0) return 0;
    const rank = Math.max(1, Math.ceil((percentile / 100) * total));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return LOWEST_MS * GROWTH ** bucket;
    }
    return LOWEST_MS * GROWTH ** (BUCKETS - 1);
  }
}

/** Timings of this process's queries. Times are milliseconds. */
export interface QueryPerformance {
  performanceSummary(): PerformanceSummary;
  tablePerformance(table: string): TablePerformance;
  /** The latest, newest first. */
  slowQueries(): readonly SlowQuery[];
  resetPerformance(): void;
}

export interface PerformanceSummary {
  /** Milliseconds since the epoch: the start, or the last reset. */
  readonly since: number;
  readonly count: number;
  readonly errors: number;
  readonly slow: number;
  readonly slowThresholdMs: number;
  readonly tables: readonly TablePerformance[];
}

export interface TablePerformance {
  readonly table: string;
  readonly operations: readonly OperationPerformance[];
}

export interface OperationPerformance {
  readonly operation: string;
  readonly count: number;
  readonly errors: number;
  readonly rows: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface SlowQuery {
  readonly table: string;
  readonly operation: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly rows: number;
  readonly failed: boolean;
  /** With `?` for its values. */
  readonly predicate?: string;
}

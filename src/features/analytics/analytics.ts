import type { Limits } from '../../tams/access/rights.ts';
import type {
  Anomalies,
  Distribution,
  GroupTotal,
  IntervalsFound,
  MovingAverage,
  Rate,
  SizesFound,
  Summary,
  TopGroups,
  Trend,
} from '../../vastdb/analytics/analysis-results.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { FormatUrn } from '../../tams/documents/format.ts';

/** Computations over the tables. They take long, so they run off the main thread, until `signal` ends them. */

/** A filter of rows: by flow, source, format, and the table's time. */
export interface AnalyticsFilter {
  readonly flowId?: string | undefined;
  readonly sourceId?: string | undefined;
  readonly format?: FormatUrn | undefined;
  readonly timerange?: TimeRange | undefined;
}

/** A numeric column of a table, by the names in `tables`. */
export interface NumbersQuery {
  readonly table: string;
  readonly column: string;
  readonly filter: AnalyticsFilter;
}

export interface SeriesQuery extends NumbersQuery {
  /** A time column of the table; the table's own unless given. */
  readonly time?: string | undefined;
}

/** A table for analyses, with its column names. */
export interface AnalysedTable {
  readonly table: string;
  readonly numbers: readonly string[];
  /** Numeric columns that are times. Filters and series use the first; there may be none. */
  readonly times: readonly string[];
  readonly groups: readonly string[];
}

/** Source of a row count: counters of the flows, a count at some time, or none yet. */
type CountBasis = 'flows' | 'counted' | 'counting';

export interface CatalogTable {
  readonly table: string;
  readonly rows: number | null;
  readonly basis: CountBasis;
  /** Time of the count, in milliseconds since the epoch. */
  readonly asOf: number | null;
}

export const INGESTED = ['segments', 'flows', 'sources'] as const;
export const RATE_GROUPS = ['flow', 'source', 'format'] as const;
export const TOP_ORDERS = ['count', 'sum', 'mean', 'min', 'max'] as const;
export const EXPORT_FORMATS = ['parquet', 'arrow'] as const;

export interface RateQuery {
  readonly of: (typeof INGESTED)[number];
  readonly bucketNs: bigint;
  readonly groupBy?: (typeof RATE_GROUPS)[number] | undefined;
  readonly filter: AnalyticsFilter;
  readonly limit: number;
}

export interface ExportQuery {
  readonly table: string;
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly filter: AnalyticsFilter;
}

/** A file is removed when it has been read, or when `stream` is destroyed. */
export interface Exported {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Undefined if it is made while it is sent. */
  readonly bytes: number | undefined;
}

/**
 * Every method throws AppError: invalid_request for names that `tables` does not have and filters that do not fit the
 * table, overloaded, deadline_exceeded, analysis_too_large, analytics_unavailable and tables_unavailable.
 */
export interface Analytics {
  /** The same over only the rows that these classes may see. */
  limitedTo(limits: Limits): Analytics;
  tables(): readonly AnalysedTable[];
  catalog(): Promise<CatalogTable[]>;
  /** Sums by format: segments, and their nanoseconds; the product is kbit/s times nanoseconds. */
  flowUsage(filter: AnalyticsFilter, signal: AbortSignal): Promise<readonly GroupTotal[]>;
  storageUsage(filter: AnalyticsFilter, bounds: readonly bigint[], signal: AbortSignal): Promise<SizesFound>;
  timeline(flowId: string, range: TimeRange, limit: number, signal: AbortSignal): Promise<IntervalsFound>;
  ingestRate(query: RateQuery, signal: AbortSignal): Promise<Rate>;
  movingAverage(query: SeriesQuery, windowNs: bigint, maxPoints: number, signal: AbortSignal): Promise<MovingAverage>;
  anomalies(query: SeriesQuery, threshold: number, limit: number, signal: AbortSignal): Promise<Anomalies>;
  /** The slope is per second. */
  trend(query: SeriesQuery, signal: AbortSignal): Promise<Trend>;
  summary(query: NumbersQuery, signal: AbortSignal): Promise<Summary>;
  percentiles(
    query: NumbersQuery,
    fractions: readonly number[],
    signal: AbortSignal,
  ): Promise<{ readonly rows: number; readonly values: readonly (number | null)[] }>;
  correlation(
    query: NumbersQuery,
    other: string,
    signal: AbortSignal,
  ): Promise<{ readonly rows: number; readonly coefficient: number | null }>;
  distribution(query: NumbersQuery, bins: number, signal: AbortSignal): Promise<Distribution>;
  top(
    query: NumbersQuery,
    group: string,
    by: (typeof TOP_ORDERS)[number],
    limit: number,
    signal: AbortSignal,
  ): Promise<TopGroups>;
  export(query: ExportQuery, signal: AbortSignal): Promise<Exported>;
}

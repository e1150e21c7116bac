import type { TimeRange } from '../../shared/time/timerange.ts';
import type { FormatUrn } from '../../tams/documents/format.ts';

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

import type { AnalysisResults } from './analysis-results.ts';
import type { Predicate } from '../predicate/predicate.ts';

/** Requests to the analytics process, and its answers. Both are sent, so they are plain data. */

/** A number of each row: a column, or the difference of two columns. */
export interface NumberOf {
  readonly column: string;
  /** The number is `column` minus this one. */
  readonly minus?: string;
  /** `float` where the columns are float64, else `int`, of which differences are exact; `uint` for one that keeps 64 bits unsigned. */
  readonly type: 'int' | 'uint' | 'float';
}

/** A selection of a table's rows. */
export interface Rows {
  readonly table: string;
  readonly where?: Predicate;
}

export interface Values extends Rows {
  readonly value: NumberOf;
}

/** Values along an int64 column of times. */
export interface Series extends Values {
  readonly time: string;
}

export type Analysis =
  | { readonly kind: 'movingAverage'; readonly series: Series; readonly window: bigint; readonly maxPoints: number }
  | { readonly kind: 'anomalies'; readonly series: Series; readonly threshold: number; readonly limit: number }
  | { readonly kind: 'trend'; readonly series: Series }
  | { readonly kind: 'summary'; readonly values: Values }
  | { readonly kind: 'percentiles'; readonly values: Values; readonly fractions: readonly number[] }
  | { readonly kind: 'correlation'; readonly values: Values; readonly other: NumberOf }
  | { readonly kind: 'distribution'; readonly values: Values; readonly bins: number }
  | { readonly kind: 'sizes'; readonly sizes: Sizes; readonly bounds: readonly bigint[] }
  | {
      readonly kind: 'top';
      readonly values: Values;
      readonly group: string;
      readonly by: TopOrder;
      readonly limit: number;
    }
  | {
      readonly kind: 'rate';
      readonly series: Series;
      readonly bucket: bigint;
      readonly group?: RateGroup;
      readonly limit: number;
    }
  | { readonly kind: 'intervals'; readonly intervals: IntervalRows; readonly limit: number }
  | { readonly kind: 'groupTotals'; readonly totals: GroupTotals }
  | { readonly kind: 'parquet'; readonly rows: ExportedRows };

export type TopOrder = 'count' | 'sum' | 'mean' | 'min' | 'max';

/** Buckets are split by a column; with `names` by another table's value for it. */
export interface RateGroup {
  readonly column: string;
  readonly names?: Rows & { readonly key: string; readonly name: string };
}

export interface IntervalRows extends Rows {
  /** Columns of int64, half-open. */
  readonly start: string;
  readonly end: string;
  /** The range for coverage and gaps; an open side ends with the intervals. */
  readonly from?: bigint;
  readonly to?: bigint;
}

/** Sums of whole numbers by the value of a column. */
export interface GroupTotals extends Rows {
  readonly group: string;
  readonly sums: readonly NumberOf[];
  /** Sums up a number within a JSON column times another. */
  readonly product: { readonly json: string; readonly path: string; readonly times: NumberOf };
}

export interface ExportedRows extends Rows {
  readonly columns: readonly ExportedColumn[];
}

export interface ExportedColumn {
  readonly name: string;
  /** `uint64` for an int64 column that keeps 64 bits unsigned. */
  readonly type: 'string' | 'int64' | 'uint64' | 'int32' | 'float64' | 'bool';
  /** Sorts after every text. */
  readonly suffix?: string;
}

/** Sizes that other tables know of rows: by their ids, and by the places where they say that they are kept. */
export interface Sizes extends Rows {
  /** A string column. */
  readonly id: string;
  /** A string column whose first line ends with the place, from its `placeAt`-th character on (from 1). */
  readonly places: string;
  readonly placeAt: number;
  /** A bool column. */
  readonly flag: string;
  /** The first that knows a size wins. */
  readonly known: readonly KnownSizes[];
}

export interface KnownSizes extends Rows {
  /** How `key`, a string column, identifies the rows. */
  readonly by: 'id' | 'place';
  readonly key: string;
  readonly size: string;
}

export type AnalysisResult<Kind extends Analysis['kind']> = AnalysisResults[Kind];

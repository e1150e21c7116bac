/**
 * Results of analyses. Statistics are null if there are too few rows for them. Numbers are doubles, unless they are
 * bigints: those are exact.
 */
export interface AnalysisResults {
  readonly movingAverage: MovingAverage;
  readonly anomalies: Anomalies;
  readonly trend: Trend;
  readonly summary: Summary;
  readonly percentiles: { readonly rows: number; readonly values: readonly (number | null)[] };
  readonly correlation: { readonly rows: number; readonly coefficient: number | null };
  readonly distribution: Distribution;
  readonly sizes: SizesFound;
  readonly top: TopGroups;
  readonly rate: Rate;
  readonly intervals: IntervalsFound;
  readonly groupTotals: readonly GroupTotal[];
  /** A file; the caller removes it. */
  readonly parquet: { readonly file: string; readonly bytes: number; readonly rows: number };
}

export interface MovingAverage {
  readonly rows: number;
  /** Some of the rows, evenly spread; each average is over all rows in its window. */
  readonly points: readonly {
    readonly time: bigint;
    readonly value: number;
    readonly average: number;
    readonly inWindow: number;
  }[];
}

export interface Anomalies {
  readonly rows: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  /** Total number; the list has those that deviate most. */
  readonly total: number;
  readonly found: readonly { readonly time: bigint; readonly value: number; readonly score: number }[];
}

export interface Trend {
  readonly rows: number;
  /** Per unit of the time column. */
  readonly slope: number | null;
  readonly r2: number | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly change: number | null;
  readonly changePercent: number | null;
}

export interface Summary {
  readonly rows: number;
  /** Rows whose value is null. */
  readonly nulls: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly min: bigint | number | null;
  readonly max: bigint | number | null;
  readonly sum: bigint | number | null;
}

export interface Distribution {
  readonly rows: number;
  /** From `low` to below `high`; the last one has `high` as well. */
  readonly bins: readonly { readonly low: number; readonly high: number; readonly count: number }[];
}

export interface SizesFound {
  readonly rows: number;
  /** Rows whose flag is set. */
  readonly flagged: number;
  /** Rows whose size is known, and the sum of their sizes. */
  readonly known: number;
  readonly bytes: bigint;
  /** Those below each bound but not below the one before, and at last those above all. */
  readonly bands: readonly { readonly rows: number; readonly bytes: bigint }[];
}

export interface TopGroups {
  readonly groups: number;
  readonly top: readonly {
    readonly group: string | null;
    readonly count: number;
    readonly sum: number;
    readonly mean: number;
    readonly min: number;
    readonly max: number;
  }[];
}

export interface Rate {
  /** In the order of time; buckets without rows are left out. */
  readonly buckets: readonly {
    readonly start: bigint;
    readonly group: string | null;
    readonly count: number;
    readonly sum: bigint;
  }[];
  /** There are more buckets. */
  readonly cut: boolean;
}

export interface GroupTotal {
  readonly group: string | null;
  readonly rows: number;
  readonly sums: readonly bigint[];
  readonly product: number;
  /** Rows that have something to multiply, and no number to multiply it with. */
  readonly withoutProduct: number;
}

export interface Interval {
  readonly start: bigint;
  readonly end: bigint;
}

export interface IntervalsFound {
  readonly count: number;
  /** Statistics of the intervals' lengths; null if there are none. */
  readonly lengths: {
    readonly min: bigint;
    readonly max: bigint;
    readonly mean: bigint;
    readonly total: bigint;
  } | null;
  /** The analysed range; null if it is unbounded. */
  readonly extent: Interval | null;
  /** How much of the extent is in at least one interval. */
  readonly covered: bigint;
  readonly gaps: Intervals;
  readonly overlaps: Intervals;
}

/** Their number, their total length, and the first of them. */
export interface Intervals {
  readonly total: number;
  readonly length: bigint;
  readonly first: readonly Interval[];
}

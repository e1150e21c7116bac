import type { DurationCounts } from './duration-tally.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

/** A metric that is read for each scrape, and costs nothing in between. */
export interface MetricSource {
  /** Follows the conventions of Prometheus: `tams_`, the unit, and `_total` for counters. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /**
   * How the values of several processes become one: their sum unless set. `shared`: all would read the same, so only the
   * process with the background work does.
   */
  readonly across?: 'min' | 'max' | 'shared';
  /** A reading that fails leaves the metric out. */
  read(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** Timings of something, by labels. */
export interface TimingSource {
  /** Ends in `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  read(): readonly { readonly labels: Labels; readonly durations: DurationCounts }[];
}

/** Upper bounds of the timing buckets of all metrics, in milliseconds. */
export const DURATION_BOUNDS_MS = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
] as const;

const BOUNDS = Float64Array.from(DURATION_BOUNDS_MS);

/** Durations, counted in DURATION_BOUNDS_MS. */
export interface DurationCounts {
  readonly count: number;
  readonly sumMs: number;
  /** How many took at most as long as each of DURATION_BOUNDS_MS (cumulative). */
  readonly within: readonly number[];
}

/** Counts durations. Adding one costs some nanoseconds: a library's histogram would look its labels up each time. */
export class DurationTally {
  readonly #counts = new Float64Array(BOUNDS.length);
  #count = 0;
  #sumMs = 0;

  add(ms: number): void {
    this.#count++;
    this.#sumMs += ms;
    for (let bucket = 0; bucket < BOUNDS.length; bucket++) {
      if (ms <= (BOUNDS[bucket] ?? 0)) {
        this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
        return;
      }
    }
  }

  counts(): DurationCounts {
    let sum = 0;
    return { count: this.#count, sumMs: this.#sumMs, within: Array.from(this.#counts, (count) => (sum += count)) };
  }
}

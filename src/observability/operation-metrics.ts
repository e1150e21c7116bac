/** Upper bounds of the timing buckets in milliseconds; what takes longer is counted in none of them. */
export const OPERATION_BUCKETS_MS = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000] as const;

export interface OperationSummary {
  readonly count: number;
  readonly failures: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** How many took at most as long as each of OPERATION_BUCKETS_MS (cumulative). */
  readonly buckets: readonly number[];
}

interface Tally {
  count: number;
  failures: number;
  totalMs: number;
  maxMs: number;
  readonly buckets: number[];
}

/** A counter and a timing per operation, since the start. */
export class OperationMetrics {
  readonly #tallies = new Map<string, Tally>();

  /** `ms` is how long the operation took, `ok` whether it did what it should. */
  record(operation: string, ms: number, ok: boolean): void {
    const tally = this.#tallyOf(operation);
    tally.count++;
    if (!ok) tally.failures++;
    tally.totalMs += ms;
    tally.maxMs = Math.max(tally.maxMs, ms);
    const bucket = OPERATION_BUCKETS_MS.findIndex((bound) => ms <= bound);
    if (bucket >= 0) tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1;
  }

  /** The operations so far, by name. */
  snapshot(): Map<string, OperationSummary> {
    const summaries = new Map<string, OperationSummary>();
    for (const [operation, tally] of this.#tallies) {
      let sum = 0;
      summaries.set(operation, { ...tally, buckets: tally.buckets.map((count) => (sum += count)) });
    }
    return summaries;
  }

  #tallyOf(operation: string): Tally {
    const known = this.#tallies.get(operation);
    if (known !== undefined) return known;
    const tally = { count: 0, failures: 0, totalMs: 0, maxMs: 0, buckets: OPERATION_BUCKETS_MS.map(() => 0) };
    this.#tallies.set(operation, tally);
    return tally;
  }
}

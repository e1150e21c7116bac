/** Neighbouring buckets differ by this factor: percentiles are right within 5%. */
const STEP = Math.log(1.05);
const SMALLEST_MS = 0.001;

/** Durations counted in buckets, so that a run of any length takes the same memory. */
export class LatencyHistogram {
  readonly #buckets: number[] = [];
  count = 0;
  maxMs = 0;

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / STEP));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.maxMs = Math.max(this.maxMs, ms);
  }

  /** The duration that a share `q` of all is below or at, in milliseconds. */
  quantile(q: number): number {
    let left = Math.ceil(this.count * q);
    for (const [bucket, count] of this.#buckets.entries()) {
      // Buckets that nothing fell into are holes.
      left -= (count as number | undefined) ?? 0;
      if (left <= 0) return Math.min(this.maxMs, SMALLEST_MS * Math.exp(bucket * STEP));
    }
    return this.maxMs;
  }
}

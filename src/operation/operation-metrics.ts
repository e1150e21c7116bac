import { type DurationCounts, DurationTally } from './metrics/duration-tally.ts';

export interface OperationSummary {
  readonly failures: number;
  readonly maxMs: number;
  readonly durations: DurationCounts;
}

/** Told of each operation when it has ended; `ms` is how long it took. */
export type OperationListener = (operation: string, ms: number, ok: boolean) => void;

interface Tally {
  failures: number;
  maxMs: number;
  readonly durations: DurationTally;
}

/** A counter and a timing per operation, since the start. */
export class OperationMetrics {
  readonly #tallies = new Map<string, Tally>();
  readonly #listener: OperationListener | undefined;

  constructor(listener?: OperationListener) {
    this.#listener = listener;
  }

  /** `ms` is how long the operation took, `ok` whether it did what it should. */
  record(operation: string, ms: number, ok: boolean): void {
    const tally = this.#tallyOf(operation);
    if (!ok) tally.failures++;
    tally.maxMs = Math.max(tally.maxMs, ms);
    tally.durations.add(ms);
    this.#listener?.(operation, ms, ok);
  }

  /** The operations so far, by name. */
  snapshot(): Map<string, OperationSummary> {
    const summaries = new Map<string, OperationSummary>();
    for (const [operation, { failures, maxMs, durations }] of this.#tallies) {
      summaries.set(operation, { failures, maxMs, durations: durations.counts() });
    }
    return summaries;
  }

  #tallyOf(operation: string): Tally {
    const known = this.#tallies.get(operation);
    if (known !== undefined) return known;
    const tally = { failures: 0, maxMs: 0, durations: new DurationTally() };
    this.#tallies.set(operation, tally);
    return tally;
  }
}

/** How waits grow from failure to failure. */
export interface Backoff {
  /** The longest wait after the first failure; it doubles with every further one. */
  readonly baseMs: number;
  /** No wait is longer than this. */
  readonly maxMs: number;
  /** The share of a wait that is random, 0 to 1. All of it unless set, so that replicas spread. */
  readonly jitter?: number;
}

/**
 * How long to wait after so many failures in a row, in whole milliseconds.
 *
 * @param failures from 1 on.
 * @param random from 0, the longest wait, to 1.
 */
export function backoffMs(failures: number, { baseMs, maxMs, jitter = 1 }: Backoff, random = Math.random()): number {
  return Math.round(Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (1 - jitter * random));
}

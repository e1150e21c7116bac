import { setTimeout as sleep } from 'node:timers/promises';

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

export interface RetryOptions extends Backoff {
  /** Most attempts, the first included; at least 1. */
  readonly attempts: number;
  /** Whether a further attempt may help after this error. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Ends waiting and trying; work that is running is not interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Does the work until it succeeds, with exponential backoff between the attempts.
 * Rejects with the last error when it cannot be retried or the attempts are used up, and with the
 * signal's reason when that is aborted first.
 */
export async function retry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { attempts, isRetryable, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error;
    }
    await pause(backoffMs(attempt, options), signal);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    // The timer rejects with an error of its own; callers are promised the reason that they gave.
    signal?.throwIfAborted();
    throw error;
  }
}

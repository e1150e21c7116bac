import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** How often the work is tried at most, the first time included; at least 1. */
  readonly attempts: number;
  /** The longest wait before the second attempt; it doubles with every further one. */
  readonly baseMs: number;
  /** No wait is longer than this. */
  readonly maxMs: number;
  /** Which share of the longest wait is waited, 0 to 1. The default is evenly random, so that clients spread. */
  readonly jitter?: () => number;
  /** Whether a further attempt may help after this error. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Ends waiting and trying; work that is running is not interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Does the work until it succeeds, with exponential backoff and full jitter between the attempts.
 * Rejects with the last error when it cannot be retried or the attempts are used up, and with the
 * signal's reason when that is aborted first.
 */
export async function retry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { attempts, baseMs, maxMs, jitter = Math.random, isRetryable, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error;
    }
    await pause(jitter() * Math.min(maxMs, baseMs * 2 ** (attempt - 1)), signal);
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

import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffMs } from './backoff.ts';

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

import { setTimeout as sleep } from 'node:timers/promises';
import { TableError } from '../../table-error.ts';

/** How long a transaction waits for another process that writes. */
const patienceMs = 10_000;

const longestPauseMs = 8;

/**
 * SQLite lets one connection write at a time. Within this process the connections take turns here,
 * first come, first served, and the main thread never waits blocking. Other processes are met by
 * asking SQLite again after short pauses.
 */
export class WriteLock {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn; `release` must follow. */
  acquire(): Promise<void> {
    if (this.#held) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    return Promise.resolve();
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#held = false;
    else next();
  }

  async hold<T>(work: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await work();
    } finally {
      this.release();
    }
  }
}

/**
 * Repeats `attempt` until it returns true.
 *
 * @throws TableError `unavailable` when another process has kept the lock for 10 seconds.
 */
export async function untilUnlocked(attempt: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await attempt())) {
    if (performance.now() > giveUpAt) {
      throw new TableError(
        'unavailable',
        `Another process holds the write lock on the tables for more than ${patienceMs / 1000} s. Try again later.`,
      );
    }
    // Of a random length, so that two processes do not keep meeting.
    await sleep(1 + Math.random() * longestPauseMs);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from '../../engine.ts';
import { TableError } from '../../table-error.ts';

/** How long a transaction waits for another process that writes. */
const patienceMs = 10_000;

const longestPauseMs = 8;

/** A background transaction is next when it has waited for so long, or has been passed over so often. */
const backgroundPatience = { ms: 50, turns: 8 };

interface BackgroundWaiter {
  readonly grant: () => void;
  readonly since: number;
}

/**
 * SQLite lets one connection write at a time. Within this process the connections take turns here, and the main thread
 * never waits blocking. Transactions of requests go before background ones, which are passed over for a bounded time;
 * each lane is first come, first served. Other processes are met by asking SQLite again after short pauses.
 */
export class WriteLock {
  /** The lane that holds the lock. */
  #holder: Lane | undefined;
  readonly #interactive: (() => void)[] = [];
  readonly #background: BackgroundWaiter[] = [];
  /** Interactive turns since the last one of the background. */
  #passedOver = 0;

  /** Resolves when it is the caller's turn; `release` must follow. */
  acquire(lane: Lane = 'interactive'): Promise<void> {
    if (this.#holder === undefined) {
      this.#holder = lane;
      return Promise.resolve();
    }
    return new Promise((grant) => {
      if (lane === 'interactive') this.#interactive.push(grant);
      else this.#background.push({ grant, since: performance.now() });
    });
  }

  release(): void {
    const lane = this.#nextLane();
    this.#holder = lane;
    if (lane === 'background') {
      this.#passedOver = 0;
      this.#background.shift()?.grant();
    } else if (lane === 'interactive') {
      if (this.#background.length > 0) this.#passedOver++;
      this.#interactive.shift()?.();
    }
  }

  async hold<T>(work: () => T | Promise<T>, lane?: Lane): Promise<T> {
    await this.acquire(lane);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  #nextLane(): Lane | undefined {
    const [waiter] = this.#background;
    if (waiter === undefined) return this.#interactive.length > 0 ? 'interactive' : undefined;
    if (this.#interactive.length === 0) return 'background';
    // Never two of the background in a row: when many of them wait, all but the first have waited long.
    if (this.#holder === 'background') return 'interactive';
    const overdue =
      this.#passedOver >= backgroundPatience.turns || performance.now() - waiter.since >= backgroundPatience.ms;
    return overdue ? 'background' : 'interactive';
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

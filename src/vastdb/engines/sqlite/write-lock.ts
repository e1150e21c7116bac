import { type FSWatcher, utimesSync, watch } from 'node:fs';
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
 * each lane is first come, first served. Other processes are met by asking SQLite again (`untilUnlocked`).
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
 * Wakes other processes that wait for the write lock (`untilUnlocked`). Call it after each commit.
 *
 * @param database path of the tables' file
 */
export function wakeWaiting(database: string): void {
  const now = Date.now() / 1000;
  try {
    utimesSync(signalOf(database), now, now);
  } catch {
    // They also look by themselves.
  }
}

/**
 * Repeats `attempt` while it returns false: after short pauses, and when another process has committed.
 *
 * @param database path of the tables' file; left out for locks that no commit releases
 * @throws TableError `unavailable` when another process has kept the lock for 10 seconds.
 */
export async function untilUnlocked<T>(attempt: () => T | false | Promise<T | false>, database?: string): Promise<T> {
  let result = await attempt();
  if (result !== false) return result;
  const giveUpAt = performance.now() + patienceMs;
  let wake: () => void = () => undefined;
  const watcher = database === undefined ? undefined : watchCommits(database, () => wake());
  try {
    while ((result = await attempt()) === false) {
      if (performance.now() > giveUpAt) {
        throw new TableError(
          'unavailable',
          `Another process holds the write lock on the tables for more than ${patienceMs / 1000} s. Try again later.`,
        );
      }
      await new Promise<void>((resolve) => {
        // Its length is random, so that two processes do not keep meeting.
        const pause = setTimeout(resolve, 1 + Math.random() * longestPauseMs);
        wake = () => {
          clearTimeout(pause);
          resolve();
        };
      });
    }
    return result;
  } finally {
    watcher?.close();
  }
}

/**
 * SQLite's index of the log: it is there while the tables are open, and SQLite writes to it by shared memory alone, so it
 * changes for inotify only when it is touched.
 */
const signalOf = (database: string): string => `${database}-shm`;

/** Undefined where the system cannot tell. */
function watchCommits(database: string, onCommit: () => void): FSWatcher | undefined {
  // Other systems open what they watch. Closing it would release this process's locks on it, which are SQLite's.
  if (process.platform !== 'linux') return undefined;
  try {
    return watch(signalOf(database), onCommit).on('error', () => undefined);
  } catch {
    // As many watches as a user may have are taken, say.
    return undefined;
  }
}

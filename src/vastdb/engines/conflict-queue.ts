import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../shared/retry.ts';
import type { RowId } from '../engine.ts';
import { TableError } from '../table-error.ts';

/** How long work is retried. */
const PATIENCE_MS = 8000;
/** Work whose runs have lost this much time to conflicts, without their waits for others, would go on losing. */
const LOST_MS = 1000;
/** Others that wait for the same rows may be on other replicas. */
const BACKOFF = { baseMs: 2, maxMs: 250 };

/**
 * Lets transactions of this process that conflicted over the same rows run one after the other. Without it, of many
 * transactions on one row only one would succeed at a time, and all others would repeat their work again and again.
 */
export class ConflictQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Runs work until it succeeds, fails in a way that `mayRunAgain` refuses, or has conflicted for too long. A run that
   * fails adds what it conflicted over to the keys that it is given; the next run waits for others with the same keys.
   *
   * @param work is told whether it has lost so much that it should have others wait, where the engine can do that.
   */
  async run<T>(
    work: (keys: Set<string>, keepsLosing: boolean) => Promise<T>,
    mayRunAgain: (error: unknown) => boolean,
  ): Promise<T> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    let lostMs = 0;
    const keys = new Set<string>();
    for (let run = 1; ; run += 1) {
      const leave = await this.enter([...keys]);
      const began = performance.now();
      try {
        return await work(keys, lostMs >= LOST_MS);
      } catch (error) {
        const failed = performance.now();
        if (failed >= giveUpAt || !mayRunAgain(error)) throw error;
        if (error instanceof TableError && error.kind === 'conflict') lostMs += failed - began;
        await sleep(backoffMs(run, BACKOFF));
      } finally {
        leave();
      }
    }
  }

  /** Resolves when all earlier holders of one of the keys have left. @returns a function that leaves. */
  async enter(keys: readonly string[]): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    // All places are taken at once, so no two wait for each other.
    const before = keys.map((key) => this.#tails.get(key)).filter((tail) => tail !== undefined);
    const own = promise.then(() => undefined);
    for (const key of keys) this.#tails.set(key, own);
    await Promise.all(before);
    return () => {
      resolve(undefined);
      for (const key of keys) if (this.#tails.get(key) === own) this.#tails.delete(key);
    };
  }
}

/** Conflicts over more rows than these are taken for one over the table. */
const KEYS_MAX = 16;

/** Names of the rows of a write, for the queue of conflicts. */
export function conflictKeys(table: string, rows: Iterable<RowId | number>): string[] {
  const keys = Array.from(rows, (row) => `${table} ${row}`);
  return keys.length > 0 && keys.length <= KEYS_MAX ? keys : [table];
}

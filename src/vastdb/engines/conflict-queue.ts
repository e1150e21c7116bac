import type { RowId } from '../engine.ts';

/**
 * Lets transactions of this process that conflicted over the same rows run one after the other. Left to
 * themselves, of many that want one row only one would get it at a time, and all others would have done
 * their work in vain, again and again.
 */
export class ConflictQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves when everybody who asked for one of the keys before has left. @returns what leaves. */
  async enter(keys: readonly string[]): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    // All places are taken at once, so nobody waits for somebody who waits for him.
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

/** Names of what a write touched, for the queue of those that conflicted. */
export function conflictKeys(table: string, rows: Iterable<RowId | number>): string[] {
  const keys = Array.from(rows, (row) => `${table} ${row}`);
  return keys.length > 0 && keys.length <= KEYS_MAX ? keys : [table];
}

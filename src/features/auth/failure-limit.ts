import { LRUCache } from 'lru-cache';

const KEYS_MAX = 10_000;

/** Counts failures by a key, such as an address, in windows of a fixed length that begin with the first. */
export class FailureLimit {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #failures = new LRUCache<string, { count: number; readonly endsAt: number }>({ max: KEYS_MAX });

  constructor(limits: { max: number; windowMs: number }) {
    this.#max = limits.max;
    this.#windowMs = limits.windowMs;
  }

  /** Seconds until the key may try again; 0 if it may now. */
  waitS(key: string): number {
    const window = this.#current(key);
    return window === undefined || window.count < this.#max
      ? 0
      : Math.ceil(Math.max(window.endsAt - performance.now(), 1) / 1000);
  }

  add(key: string): void {
    const window = this.#current(key);
    if (window === undefined) this.#failures.set(key, { count: 1, endsAt: performance.now() + this.#windowMs });
    else window.count++;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  #current(key: string): { count: number; readonly endsAt: number } | undefined {
    const window = this.#failures.get(key);
    return window !== undefined && performance.now() < window.endsAt ? window : undefined;
  }
}

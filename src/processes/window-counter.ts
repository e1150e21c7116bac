import { LRUCache } from 'lru-cache';
import type { WindowCount } from '../operation/siblings.ts';

const KEYS_MAX = 10_000;
const WINDOW_MS = 1_000;

/** Counts uses of keys in windows of a second, which begin with the first use. */
export class WindowCounter {
  readonly #windows = new LRUCache<string, { count: number; readonly endsAt: number }>({ max: KEYS_MAX });

  count(key: string): WindowCount {
    const now = performance.now();
    const known = this.#windows.get(key);
    if (known !== undefined && now < known.endsAt) {
      known.count++;
      return { count: known.count, leftMs: known.endsAt - now };
    }
    this.#windows.set(key, { count: 1, endsAt: now + WINDOW_MS });
    return { count: 1, leftMs: WINDOW_MS };
  }
}

/** Memory of a kept URL with its path and its place in the map, rounded up. */
export const URL_BYTES = 1024;

export interface UrlCacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
}

/**
 * Signed URLs of the present epoch of the signer, by storage path. The number of entries is bounded by two generations:
 * when the young one is full it becomes the old one, and the old one is dropped, so that there is no bookkeeping per
 * lookup. A hit moves its entry to the young generation.
 */
export class UrlCache {
  readonly #generationSize: number;
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  #epoch = -1;
  #hits = 0;
  #misses = 0;

  /** At most `maxEntries` URLs are kept; 0 keeps none. */
  constructor(maxEntries: number) {
    this.#generationSize = Math.floor(maxEntries / 2);
  }

  /** The URL that was kept for the path in this epoch. */
  get(epoch: number, path: string): string | undefined {
    if (this.#generationSize === 0) {
      this.#misses++;
      return undefined;
    }
    if (epoch !== this.#epoch) this.#startEpoch(epoch);
    let url = this.#young.get(path);
    if (url === undefined) {
      url = this.#old.get(path);
      if (url === undefined) {
        this.#misses++;
        return undefined;
      }
      this.set(epoch, path, url);
    }
    this.#hits++;
    return url;
  }

  set(epoch: number, path: string, url: string): void {
    if (this.#generationSize === 0) return;
    if (epoch !== this.#epoch) this.#startEpoch(epoch);
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(path, url);
  }

  /** Hits and misses since the start, and the entries kept now (one in both generations counts twice). */
  counts(): UrlCacheCounts {
    return { hits: this.#hits, misses: this.#misses, entries: this.#young.size + this.#old.size };
  }

  #startEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#young = new Map();
    this.#old = new Map();
  }
}

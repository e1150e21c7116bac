/**
 * Signing times are rounded down to a grid, so that one object keeps one URL for a whole window of the grid and the
 * caches of clients, proxies and this server can hit. The life of a URL is lengthened by the grid, so that a URL from
 * the last second of a window still lives for `expiresS`.
 */
export class SigningWindow {
  /** Seconds from the signing time to the expiry. */
  readonly lifeS: number;
  readonly #gridS: number;
  readonly #clock: () => number;

  /** `gridS` of 1 signs with the present second; `clock` gives Unix milliseconds. */
  constructor(expiresS: number, gridS: number, clock: () => number) {
    this.lifeS = expiresS + gridS - 1;
    this.#gridS = gridS;
    this.#clock = clock;
  }

  /** The start of the present window in Unix seconds: the time to sign with. */
  start(): number {
    const nowS = Math.floor(this.#clock() / 1000);
    return nowS - (nowS % this.#gridS);
  }

  /** The present time in Unix seconds. */
  now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

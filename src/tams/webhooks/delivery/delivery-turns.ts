/** Deliveries begun before requests get their turn: each costs the event loop some tenths of a millisecond. */
const PER_TURN = 2;
/** Pause between deliveries to receivers that took none before: requests have most of the event loop meanwhile. */
const UNPROVEN_MS = 4;

/**
 * Spreads deliveries that are due at once over turns of the event loop. One event begins as many deliveries as there
 * are registrations; all of them at once would keep every request waiting.
 */
export class DeliveryTurns {
  readonly #waiting: (() => void)[] = [];
  readonly #unproven: (() => void)[] = [];
  #left = PER_TURN;
  #scheduled = false;
  #pause: NodeJS.Timeout | undefined;

  /**
   * Resolves when it is the caller's turn, at once where few have asked. A receiver is `unproven` if its last delivery failed,
   * or there was none: it needs a connection, may hang, and can wait a little.
   */
  next({ unproven = false } = {}): Promise<void> {
    if (unproven) return this.#nextUnproven();
    this.#schedule();
    if (this.#left > 0) {
      this.#left -= 1;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#waiting.push(begin));
  }

  /** Lets unproven receivers pause no more, since some of them are to stop. */
  hurry(): void {
    if (this.#unproven.length === 0) return;
    this.#waiting.push(...this.#unproven.splice(0));
    this.#schedule();
  }

  #nextUnproven(): Promise<void> {
    if (this.#pause !== undefined) return new Promise((begin) => this.#unproven.push(begin));
    this.#pauseUnproven();
    return Promise.resolve();
  }

  #pauseUnproven(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      const begin = this.#unproven.shift();
      if (begin === undefined) return;
      this.#pauseUnproven();
      begin();
    }, UNPROVEN_MS);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const begun = this.#waiting.splice(0, PER_TURN);
      this.#left = PER_TURN - begun.length;
      for (const begin of begun) begin();
      if (begun.length > 0) this.#schedule();
    });
  }
}

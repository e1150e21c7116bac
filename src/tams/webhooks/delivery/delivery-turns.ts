/** Deliveries begun before requests get their turn: each costs the event loop some tenths of a millisecond. */
const PER_TURN = 2;

/**
 * Spreads deliveries that are due at once over turns of the event loop. One event begins as many deliveries as there
 * are registrations; all of them at once would keep every request waiting.
 */
export class DeliveryTurns {
  readonly #waiting: (() => void)[] = [];
  #left = PER_TURN;
  #scheduled = false;

  /** Resolves when it is the caller's turn, at once where few have asked. */
  next(): Promise<void> {
    this.#schedule();
    if (this.#left > 0) {
      this.#left -= 1;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#waiting.push(begin));
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

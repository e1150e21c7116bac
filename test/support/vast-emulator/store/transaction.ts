/** A set of changes that become visible, or vanish, together. */
export interface Changes {
  commit(version: number): void;
  rollback(): void;
}

/**
 * When a version of something began and ended: the number of a commit; minus the number of a transaction
 * that is still open; NOT_ENDED; NEVER for what was rolled back.
 */
export const NOT_ENDED = 0;
export const NEVER = Number.POSITIVE_INFINITY;

export class Transaction {
  readonly number: number;
  /** The latest commit that it sees. */
  readonly snapshot: number;
  /** When a request last named it, by the store's clock. */
  heardMs: number;
  readonly #changes: Changes[] = [];

  constructor(number: number, snapshot: number, heardMs: number) {
    this.number = number;
    this.snapshot = snapshot;
    this.heardMs = heardMs;
  }

  /** The stamp of what this transaction changes before it is committed. */
  get stamp(): number {
    return -this.number;
  }

  sees(begin: number, end: number): boolean {
    if (begin !== -this.number && (begin < 0 || begin > this.snapshot)) return false;
    return end === NOT_ENDED || (end > 0 ? end > this.snapshot : end !== -this.number);
  }

  /** Whether a stamp is that of somebody else who is still open, or who committed since this one began. */
  isForeign(stamp: number): boolean {
    if (stamp === NEVER) return false;
    return stamp < 0 ? stamp !== -this.number : stamp > this.snapshot;
  }

  add(changes: Changes): void {
    this.#changes.push(changes);
  }

  commit(version: number): void {
    for (const changes of this.#changes) changes.commit(version);
  }

  rollback(): void {
    for (const changes of this.#changes.toReversed()) changes.rollback();
  }
}

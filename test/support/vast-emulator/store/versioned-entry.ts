import { conflict } from '../http/protocol-error.ts';
import { NEVER, NOT_ENDED, type Transaction } from './transaction.ts';

/** A definition (a name, a column) that begins in one transaction and ends in another. */
export class VersionedEntry {
  #begin: number;
  #end = NOT_ENDED;

  constructor(transaction: Transaction) {
    this.#begin = transaction.stamp;
    transaction.add({
      commit: (version) => (this.#begin = version),
      rollback: () => (this.#begin = NEVER),
    });
  }

  /** @throws ProtocolError 409 when somebody else has ended it, too. */
  end(transaction: Transaction): void {
    if (this.#end !== NOT_ENDED) throw conflict('the definition was changed by another transaction');
    this.#end = transaction.stamp;
    transaction.add({
      commit: (version) => (this.#end = version),
      rollback: () => (this.#end = NOT_ENDED),
    });
  }

  isSeenBy(transaction: Transaction): boolean {
    return transaction.sees(this.#begin, this.#end);
  }

  /** Whether another transaction began it or ended it, and the given one cannot see that. */
  isChangedForeignly(transaction: Transaction): boolean {
    return transaction.isForeign(this.#begin) || (this.#end !== NOT_ENDED && transaction.isForeign(this.#end));
  }

  /** Whether it is invisible to all who see at least this version. */
  isGone(oldestSnapshot: number): boolean {
    return this.#begin === NEVER || (this.#end > 0 && this.#end <= oldestSnapshot);
  }
}

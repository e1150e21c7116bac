import { conflict, notFound } from '../http/protocol-error.ts';
import { withRoom } from './growing-array.ts';
import { NEVER, NOT_ENDED, type Changes, type Transaction } from './transaction.ts';

/** No slot: the row never was, was rolled back, or is forgotten. */
export const NO_SLOT = -1;

/**
 * Which versions each row of a table has, and who sees which. A version is kept in a slot of its own; the
 * versions of a row are chained from the newest to the oldest.
 */
export class RowVersions {
  #slots = 0;
  #rows = 0;
  #rowOf = new Int32Array(64);
  #previous = new Int32Array(64);
  #begin = new Float64Array(64);
  #end = new Float64Array(64);
  #newest = new Int32Array(64);
  readonly #open = new Map<Transaction, WrittenSlots>();
  #committedRows = 0;
  #deadSlots = 0;

  /** Number of row ids that were given out, from 0. */
  get rowIds(): number {
    return this.#rows;
  }

  get slots(): number {
    return this.#slots;
  }

  /** Versions that nobody will see once the oldest snapshot has moved on. */
  get deadSlots(): number {
    return this.#deadSlots;
  }

  /** Rows that a transaction counts; statistics, so not exact for an old snapshot. */
  count(transaction: Transaction): number {
    return this.#committedRows + (this.#open.get(transaction)?.rows ?? 0);
  }

  rowOf(slot: number): number {
    return this.#rowOf[slot] ?? 0;
  }

  isSeen(slot: number, transaction: Transaction): boolean {
    return transaction.sees(this.#begin[slot] ?? NEVER, this.#end[slot] ?? NOT_ENDED);
  }

  /** The version of a row that a transaction sees, or NO_SLOT. */
  seenSlot(rowId: number, transaction: Transaction): number {
    let slot = rowId < this.#rows ? (this.#newest[rowId] ?? NO_SLOT) : NO_SLOT;
    while (slot !== NO_SLOT && !this.isSeen(slot, transaction)) slot = this.#previous[slot] ?? NO_SLOT;
    return slot;
  }

  /** @returns the slot of a new row; its row id is `rowOf` it. */
  insert(transaction: Transaction): number {
    const rowId = this.#rows;
    this.#newest = withRoom(this.#newest, rowId + 1);
    this.#rows += 1;
    this.#newest[rowId] = NO_SLOT;
    const written = this.#writtenBy(transaction);
    written.rows += 1;
    return this.#addVersion(rowId, transaction, written);
  }

  /**
   * Whether a row may be changed.
   *
   * @returns its present slot, or NO_SLOT when there is no such row.
   * @throws ProtocolError 409 when another transaction has changed it, and this one does not see that.
   */
  writableSlot(rowId: number, transaction: Transaction): number {
    const slot = rowId < this.#rows ? (this.#newest[rowId] ?? NO_SLOT) : NO_SLOT;
    if (slot === NO_SLOT) return NO_SLOT;
    const end = this.#end[slot] ?? NOT_ENDED;
    if (transaction.isForeign(this.#begin[slot] ?? NEVER) || (end !== NOT_ENDED && transaction.isForeign(end))) {
      throw conflict(`row ${rowId}`);
    }
    return end === NOT_ENDED ? slot : NO_SLOT;
  }

  /** @returns the slot of the new version. */
  update(slot: number, transaction: Transaction): number {
    const written = this.#writtenBy(transaction);
    this.#endVersion(slot, transaction, written);
    return this.#addVersion(this.rowOf(slot), transaction, written);
  }

  delete(slot: number, transaction: Transaction): void {
    const written = this.#writtenBy(transaction);
    written.rows -= 1;
    this.#endVersion(slot, transaction, written);
  }

  /**
   * Renumbers the slots without those that no snapshot from the given one on can see.
   *
   * @returns for each new slot the old one.
   */
  compact(oldestSnapshot: number): Int32Array {
    const kept: number[] = [];
    for (let rowId = 0; rowId < this.#rows; rowId += 1) {
      let slot = this.#newest[rowId] ?? NO_SLOT;
      while (slot !== NO_SLOT) {
        const end = this.#end[slot] ?? NOT_ENDED;
        if (end > 0 && end <= oldestSnapshot) break;
        kept.push(slot);
        slot = this.#previous[slot] ?? NO_SLOT;
      }
    }
    const old = Int32Array.from(kept).sort();
    const renumbered = new Int32Array(this.#slots).fill(NO_SLOT);
    old.forEach((from, to) => (renumbered[from] = to));
    const moved = (slot: number): number => (slot === NO_SLOT ? NO_SLOT : (renumbered[slot] ?? NO_SLOT));
    this.#rowOf = old.map((from) => this.#rowOf[from] ?? 0);
    this.#previous = old.map((from) => moved(this.#previous[from] ?? NO_SLOT));
    this.#begin = Float64Array.from(old, (from) => this.#begin[from] ?? NEVER);
    this.#end = Float64Array.from(old, (from) => this.#end[from] ?? NOT_ENDED);
    this.#newest = this.#newest.map(moved);
    for (const written of this.#open.values()) written.renumber(moved);
    this.#slots = old.length;
    this.#deadSlots = 0;
    return old;
  }

  #addVersion(rowId: number, transaction: Transaction, written: WrittenSlots): number {
    const slot = this.#slots;
    this.#rowOf = withRoom(this.#rowOf, slot + 1);
    this.#previous = withRoom(this.#previous, slot + 1);
    this.#begin = withRoom(this.#begin, slot + 1);
    this.#end = withRoom(this.#end, slot + 1);
    this.#rowOf[slot] = rowId;
    this.#previous[slot] = this.#newest[rowId] ?? NO_SLOT;
    this.#begin[slot] = transaction.stamp;
    this.#end[slot] = NOT_ENDED;
    this.#newest[rowId] = slot;
    this.#slots += 1;
    written.begun.push(slot);
    return slot;
  }

  #endVersion(slot: number, transaction: Transaction, written: WrittenSlots): void {
    this.#end[slot] = transaction.stamp;
    written.ended.push(slot);
  }

  #writtenBy(transaction: Transaction): WrittenSlots {
    const known = this.#open.get(transaction);
    if (known !== undefined) return known;
    const written = new WrittenSlots();
    this.#open.set(transaction, written);
    transaction.add(this.#changes(transaction, written));
    return written;
  }

  #changes(transaction: Transaction, written: WrittenSlots): Changes {
    return {
      commit: (version) => {
        for (const slot of written.begun) this.#begin[slot] = version;
        for (const slot of written.ended) this.#end[slot] = version;
        this.#committedRows += written.rows;
        this.#deadSlots += written.ended.length;
        this.#open.delete(transaction);
      },
      rollback: () => {
        for (const slot of written.begun.toReversed()) {
          this.#begin[slot] = NEVER;
          this.#newest[this.rowOf(slot)] = this.#previous[slot] ?? NO_SLOT;
        }
        for (const slot of written.ended) this.#end[slot] = NOT_ENDED;
        this.#deadSlots += written.begun.length;
        this.#open.delete(transaction);
      },
    };
  }
}

/** What one open transaction did to one table. */
class WrittenSlots {
  begun: number[] = [];
  ended: number[] = [];
  /** Rows inserted, less rows deleted. */
  rows = 0;

  renumber(moved: (slot: number) => number): void {
    this.begun = this.begun.map(moved);
    this.ended = this.ended.map(moved);
  }
}

/** @throws ProtocolError 404 */
export function requireSlot(slot: number, rowId: number): number {
  if (slot === NO_SLOT) throw notFound('Row', String(rowId));
  return slot;
}

/** A row of this process alone in the table of locks; a transaction that holds it writes its token there. */
export interface Slot {
  readonly rowId: bigint;
  writtenMs: number;
}

/** Rows that are added when all are taken. */
const GROWTH = 8;
/**
 * A slot that was not written for this long is not used again: others may remove it as left behind (see
 * `LEFT_BEHIND_MS`).
 */
const LONGEST_REST_MS = 24 * 3_600_000;
/** Rows of other processes that were untouched for this long have no owner. */
export const LEFT_BEHIND_MS = 7 * LONGEST_REST_MS;

/** The slots of this process: made on demand, used again and again. */
export class SlotPool {
  readonly #add: (count: number) => Promise<bigint[]>;
  /** The last one given back is taken first, so that few are used where few are needed. */
  readonly #free: Slot[] = [];
  readonly #all = new Set<bigint>();
  #growing: Promise<void> | undefined;

  /** @param add makes rows, durable when it resolves. */
  constructor(add: (count: number) => Promise<bigint[]>) {
    this.#add = add;
  }

  /** The rows of this process. */
  get rowIds(): bigint[] {
    return [...this.#all];
  }

  async take(): Promise<Slot> {
    for (;;) {
      const slot = this.#free.pop();
      if (slot === undefined) {
        this.#growing ??= this.#grow();
        await this.#growing;
      } else if (Date.now() - slot.writtenMs < LONGEST_REST_MS) {
        return slot;
      } else {
        this.retire(slot);
      }
    }
  }

  giveBack(slot: Slot): void {
    if (!this.#all.has(slot.rowId)) return;
    this.#free.push(slot);
  }

  /** Call it when a committed transaction wrote the row: others see that it is in use. */
  wasWritten(slot: Slot): void {
    slot.writtenMs = Date.now();
  }

  /** For a slot that may be held by a transaction whose end is unknown, or that others may have removed. */
  retire(slot: Slot): void {
    this.#all.delete(slot.rowId);
  }

  /** When the table was made anew: the rows of this process are not there any more. */
  forgetAll(): void {
    this.#free.length = 0;
    this.#all.clear();
  }

  async #grow(): Promise<void> {
    try {
      for (const rowId of await this.#add(GROWTH)) {
        this.#all.add(rowId);
        this.#free.push({ rowId, writtenMs: Date.now() });
      }
    } finally {
      this.#growing = undefined;
    }
  }
}

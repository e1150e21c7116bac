/** Why a row cannot be taken: one sentence for the operator. */
export class RefusedRow extends Error {}

/** A row of an earlier system that was not taken. */
export interface Refusal {
  readonly table: string;
  readonly key: string;
  readonly problem: string;
}

export interface Counted {
  readonly table: string;
  taken: number;
  /** Rows that were here already, the same: by an earlier run. */
  present: number;
  refused: number;
}

/** Counts the outcome of the rows of each table. Refusals are told at once: there may be as many as there are rows. */
export class ImportReport {
  readonly #onRefusal: (refusal: Refusal) => void;
  readonly #counts = new Map<string, Counted>();

  constructor(onRefusal: (refusal: Refusal) => void) {
    this.#onRefusal = onRefusal;
  }

  of(table: string): Counted {
    const counted = this.#counts.get(table) ?? { table, taken: 0, present: 0, refused: 0 };
    this.#counts.set(table, counted);
    return counted;
  }

  refuse(table: string, key: string, problem: string): void {
    this.of(table).refused += 1;
    this.#onRefusal({ table, key, problem });
  }

  get counts(): readonly Counted[] {
    return [...this.#counts.values()];
  }
}

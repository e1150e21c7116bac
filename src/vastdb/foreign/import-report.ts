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
  /** Rows that are not wanted here, such as those that were deleted there. */
  left: number;
  refused: number;
}

/** Why rows of a table were left out, and how many. */
export interface LeftOut {
  readonly table: string;
  readonly reason: string;
  rows: number;
}

/** Counts the outcome of the rows of each table. Refusals are told at once: there may be as many as there are rows. */
export class ImportReport {
  readonly #onRefusal: (refusal: Refusal) => void;
  readonly #counts = new Map<string, Counted>();
  #warnings = 0;
  readonly #left = new Map<string, LeftOut>();

  constructor(onRefusal: (refusal: Refusal) => void) {
    this.#onRefusal = onRefusal;
  }

  of(table: string): Counted {
    const counted = this.#counts.get(table) ?? { table, taken: 0, present: 0, left: 0, refused: 0 };
    this.#counts.set(table, counted);
    return counted;
  }

  refuse(table: string, key: string, problem: string): void {
    this.of(table).refused += 1;
    this.#onRefusal({ table, key, problem });
  }

  /** Names a row that is taken all the same. */
  warn(table: string, key: string, problem: string): void {
    this.#warnings += 1;
    this.#onRefusal({ table, key, problem });
  }

  /** Whether something was refused, or is to be looked at. */
  get isClean(): boolean {
    return this.#warnings === 0 && this.counts.every(({ refused }) => refused === 0);
  }

  /** @param reason few for each table: they are kept. */
  leave(table: string, reason: string, rows = 1): void {
    if (rows === 0) return;
    this.of(table).left += rows;
    const key = `${table} ${reason}`;
    const left = this.#left.get(key) ?? { table, reason, rows: 0 };
    left.rows += rows;
    this.#left.set(key, left);
  }

  get leftOut(): readonly LeftOut[] {
    return [...this.#left.values()];
  }

  get counts(): readonly Counted[] {
    return [...this.#counts.values()];
  }
}

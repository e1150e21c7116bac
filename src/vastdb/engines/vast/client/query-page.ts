import type { Cell } from '../../../engine.ts';

/** Rows of a query that arrived together. */
export class QueryPage {
  readonly rowCount: number;
  readonly #width: number;
  readonly #columns: readonly (readonly Cell[])[];

  /** @param columns `width` of them, then perhaps the row ids; they may be longer than `rowCount`. */
  constructor(rowCount: number, width: number, columns: readonly (readonly Cell[])[]) {
    this.rowCount = rowCount;
    this.#width = width;
    this.#columns = columns;
  }

  /** The cells of a column, by its position among the asked ones. */
  column(position: number): readonly Cell[] {
    return this.#cut(position < this.#width ? this.#columns[position] : undefined);
  }

  /** One array per row, cells in the order of the asked columns. */
  rows(): Cell[][] {
    const rows = new Array<Cell[]>(this.rowCount);
    const columns = this.#columns.slice(0, this.#width);
    for (let index = 0; index < rows.length; index += 1) {
      const row = new Array<Cell>(columns.length);
      for (let position = 0; position < columns.length; position += 1) {
        row[position] = columns[position]?.[index] ?? null;
      }
      rows[index] = row;
    }
    return rows;
  }

  /** Parallel to the rows; empty unless they were asked for. */
  rowIds(): bigint[] {
    return this.#cut(this.#columns[this.#width]) as bigint[];
  }

  #cut(cells: readonly Cell[] = []): readonly Cell[] {
    return cells.length > this.rowCount ? cells.slice(0, this.rowCount) : cells;
  }
}

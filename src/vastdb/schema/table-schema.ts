import type { Cell, ColumnDefinition } from '../engine.ts';
import { isInt64 } from '../../shared/time/timestamp.ts';
import type { NewRow } from '../query/select-query.ts';
import { TableError } from '../table-error.ts';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

interface CheckedColumns {
  readonly columns: readonly string[];
  readonly definitions: readonly ColumnDefinition[];
}

/** The columns of one table as the engine has them, with what is needed to check and arrange rows. */
export class TableSchema {
  readonly table: string;
  readonly columns: readonly ColumnDefinition[];
  readonly columnNames: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #fixed: ReadonlySet<string>;
  /** The latest columns that were found good: most writes have those of the one before. */
  #inserted: CheckedColumns | undefined;
  #updated: CheckedColumns | undefined;

  /** `sortKey`: columns that no update may set. */
  constructor(table: string, columns: readonly ColumnDefinition[], sortKey: readonly string[] = []) {
    this.table = table;
    this.columns = Object.freeze([...columns]);
    this.columnNames = Object.freeze(columns.map((column) => column.name));
    this.#positions = new Map(columns.map((column, position) => [column.name, position]));
    this.#fixed = new Set(sortKey);
  }

  /** @throws TableError `invalid` where the table has no such column. */
  column(name: string): ColumnDefinition {
    const position = this.#positions.get(name);
    const column = position === undefined ? undefined : this.columns[position];
    if (column === undefined) {
      throw new TableError(
        'invalid',
        `table ${this.table} has no column ${name}; it has ${this.columnNames.join(', ')}`,
      );
    }
    return column;
  }

  /**
   * Arranges a row's cells in the order of the table's columns; missing ones become null.
   *
   * @throws TableError `invalid` for an unknown column. The cells are checked by `checkInsert`.
   */
  toCells(row: NewRow): Cell[] {
    const cells = new Array<Cell>(this.columns.length).fill(null);
    for (const name in row) {
      const position = this.#positions.get(name);
      if (position === undefined) this.column(name);
      else cells[position] = row[name] ?? null;
    }
    return cells;
  }

  /**
   * Checks rows that are to be inserted, whose cells are in the order of `columns`.
   *
   * @throws TableError `invalid` that names the table, the column and the row: unknown or repeated
   * column, wrong count of cells, wrong type, null in or no value for a required column.
   */
  checkInsert(columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    if (this.#inserted?.columns !== columns) this.#inserted = this.#checkInserted(columns);
    this.#checkRows(this.#inserted.definitions, rows);
  }

  /** Like `checkInsert`, for the columns that an update sets; those of the sort key are refused. */
  checkUpdate(columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    if (this.#updated?.columns !== columns) this.#updated = this.#checkUpdated(columns);
    this.#checkRows(this.#updated.definitions, rows);
  }

  #checkInserted(columns: readonly string[]): CheckedColumns {
    const definitions = this.#resolve(columns);
    const given = new Set(columns);
    for (const column of this.columns) {
      if (column.required === true && !given.has(column.name)) {
        throw new TableError('invalid', `table ${this.table} needs a value for column ${column.name}`);
      }
    }
    return { columns, definitions };
  }

  #checkUpdated(columns: readonly string[]): CheckedColumns {
    const definitions = this.#resolve(columns);
    for (const column of columns) {
      if (this.#fixed.has(column)) {
        throw new TableError(
          'invalid',
          `column ${column} of table ${this.table} is part of its sort key and cannot be updated; delete the row and insert it again`,
        );
      }
    }
    return { columns, definitions };
  }

  #resolve(columns: readonly string[]): ColumnDefinition[] {
    if (new Set(columns).size !== columns.length) {
      throw new TableError('invalid', `a column of table ${this.table} is given twice: ${columns.join(', ')}`);
    }
    return columns.map((name) => this.column(name));
  }

  #checkRows(definitions: readonly ColumnDefinition[], rows: readonly (readonly Cell[])[]): void {
    const width = definitions.length;
    let index = 0;
    for (const row of rows) {
      if (row.length !== width) {
        throw new TableError(
          'invalid',
          `row ${index} for table ${this.table} has ${row.length} cells for ${width} columns`,
        );
      }
      let position = 0;
      for (const definition of definitions) {
        const problem = cellProblem(definition, row[position++]);
        if (problem !== undefined) {
          throw new TableError('invalid', `column ${definition.name} of table ${this.table}, row ${index}: ${problem}`);
        }
      }
      index++;
    }
  }
}

/** Describes the problem of a cell without its value, which may be private. */
function cellProblem(definition: ColumnDefinition, cell: Cell | undefined): string | undefined {
  if (cell === undefined) return 'the cell is undefined; null stands for no value';
  if (cell === null) return definition.required === true ? 'a value is required, got null' : undefined;
  switch (definition.type) {
    case 'string':
      return typeof cell === 'string' ? undefined : wrongType('a string', cell);
    case 'int64':
      if (typeof cell !== 'bigint') return wrongType('a bigint', cell);
      return isInt64(cell) ? undefined : 'the value does not fit into an int64';
    case 'int32':
      if (typeof cell !== 'number') return wrongType('a number', cell);
      return Number.isInteger(cell) && cell >= INT32_MIN && cell <= INT32_MAX
        ? undefined
        : 'the value is not a whole number that fits into an int32';
    case 'float64':
      if (typeof cell !== 'number') return wrongType('a number', cell);
      return Number.isNaN(cell) ? 'NaN cannot be stored; null stands for no value' : undefined;
    case 'bool':
      return typeof cell === 'boolean' ? undefined : wrongType('a boolean', cell);
    case 'binary':
      return cell instanceof Uint8Array ? undefined : wrongType('a Uint8Array', cell);
    case 'vector':
      if (!(cell instanceof Float32Array)) return wrongType('a Float32Array', cell);
      return definition.dimension === undefined || cell.length === definition.dimension
        ? undefined
        : `expected a vector of ${definition.dimension} elements, got ${cell.length}`;
  }
}

function wrongType(expected: string, cell: Exclude<Cell, null>): string {
  return `expected ${expected}, got a ${typeof cell === 'object' ? cell.constructor.name : typeof cell}`;
}

import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Cell, ColumnDefinition, RowId } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { checkUpdate, checkWidth } from '../request-checks.ts';
import { ROW_NUMBER, rowIdCells, rowIdColumns } from '../row-key.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { encodeCell } from './column-types.ts';
import type { Connection } from './connection.ts';
import { deleteText, insertText, updateText } from './row-statements.ts';

/** Rows of one statement, where there are as many: the call of a statement costs a quarter of a row. */
const INSERTED_AT_ONCE = 32;

interface PreparedWrite {
  readonly columns: readonly string[];
  readonly shape: TableShape;
  readonly targets: readonly ColumnDefinition[];
  readonly statement: StatementSync;
}

/** Writes rows: each call all of them or, when it throws, none. Errors are those of SQLite too, which a session translates. */
export class RowWrites {
  readonly #connection: Connection;
  readonly #catalogue: Catalogue;
  /** The latest write of each kind to each table: most have the columns of the one before. */
  readonly #inserts = new Map<string, PreparedWrite>();
  readonly #updates = new Map<string, PreparedWrite>();

  constructor(connection: Connection, catalogue: Catalogue) {
    this.#connection = connection;
    this.#catalogue = catalogue;
  }

  insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0) return;
    this.#atOnce(rows.length, () => {
      const { shape, targets, statement } = this.#prepared(this.#inserts, table, columns, insertText);
      const manyAtOnce = columns.length > 0 && rows.length >= INSERTED_AT_ONCE;
      const batch = manyAtOnce ? this.#connection.prepare(insertText(shape, targets, INSERTED_AT_ONCE)) : undefined;
      for (let from = 0; from < rows.length;) {
        const isBatch = batch !== undefined && rows.length - from >= INSERTED_AT_ONCE;
        const to = from + (isBatch ? INSERTED_AT_ONCE : 1);
        const values: SQLInputValue[] = [];
        for (; from < to; from++) encodeRow(shape, targets, rows[from] ?? [], values);
        (isBatch ? batch : statement).run(...values);
      }
    });
  }

  /** The id of a row that is gone is passed over. */
  update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): void {
    checkUpdate(table, rowIds, rows);
    if (rowIds.length === 0 || columns.length === 0) return;
    this.#atOnce(rowIds.length, () => {
      const { shape, targets, statement } = this.#prepared(this.#updates, table, columns, updateText);
      for (const [index, id] of rowIds.entries()) {
        const values: SQLInputValue[] = [];
        encodeRow(shape, targets, rows[index] ?? [], values);
        statement.run(...values, ...rowIdValues(shape, id));
      }
    });
  }

  /** The id of a row that is gone is passed over. */
  delete(table: string, rowIds: readonly RowId[]): void {
    if (rowIds.length === 0) return;
    this.#atOnce(rowIds.length, () => {
      const shape = this.#catalogue.table(table);
      const statement = this.#connection.prepare(deleteText(shape));
      for (const id of rowIds) statement.run(...rowIdValues(shape, id));
    });
  }

  /** SQLite undoes a single statement that fails; several of them need a mark to go back to. */
  #atOnce(statements: number, work: () => void): void {
    // Without a transaction each statement would commit on its own.
    if (!this.#connection.inTransaction()) {
      throw new TableError('unavailable', 'The transaction was undone by an earlier error. Try again.');
    }
    if (statements === 1) {
      work();
      return;
    }
    this.#connection.run('SAVEPOINT rows');
    try {
      work();
    } catch (error) {
      if (this.#connection.inTransaction()) {
        this.#connection.run('ROLLBACK TO rows');
        this.#connection.run('RELEASE rows');
      }
      throw error;
    }
    this.#connection.run('RELEASE rows');
  }

  #prepared(
    kept: Map<string, PreparedWrite>,
    table: string,
    columns: readonly string[],
    text: (shape: TableShape, targets: readonly ColumnDefinition[]) => string,
  ): PreparedWrite {
    const shape = this.#catalogue.table(table);
    const known = kept.get(table);
    if (known?.columns === columns && known.shape === shape) return known;
    const targets = columns.map((name) => this.#catalogue.column(shape, name));
    const made = { columns, shape, targets, statement: this.#connection.prepare(text(shape, targets)) };
    kept.set(table, made);
    return made;
  }
}

/** Appends the row's cells to `values`, as SQLite keeps them. */
function encodeRow(
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
  values: SQLInputValue[],
): void {
  checkWidth(shape.name, columns, row);
  for (const [index, column] of columns.entries()) values.push(encodeCell(shape.name, column, row[index] ?? null));
}

/** The values that find the row of an id, as SQLite keeps them. */
function rowIdValues(shape: TableShape, id: RowId): SQLInputValue[] {
  const columns = rowIdColumns(shape);
  return rowIdCells(shape, id).map((cell, index) => encodeCell(shape.name, columns[index] ?? ROW_NUMBER, cell));
}

import type { Cell, Row, RowId, TableTransaction } from './engine.ts';
import { ManagedReader, type TableLayer } from './managed-reader.ts';
import { checkCellSizes } from './mutation/cell-sizes.ts';
import { deleteByRowIds, deleteWhere, updateByRowIds, updateWhere } from './mutation/row-mutator.ts';
import type { Where } from './predicate/predicate.ts';
import { nameOf, type Table } from './query/table-query.ts';
import type { CellsOf, ChangesOf, ColumnOf, NewRowOf } from './schema/define-table.ts';

/** One transaction: reads see its own writes. Rows are checked against the schema before they are written. */
export class ManagedTransaction extends ManagedReader {
  readonly #tx: TableTransaction;

  constructor(layer: TableLayer, tx: TableTransaction) {
    super(layer, tx);
    this.#tx = tx;
  }

  /** Transactions that lock a same key never both commit, unless one began after the other committed. */
  async lock(keys: readonly string[]): Promise<void> {
    if (!this.layer.capabilities.serializable && keys.length > 0) await this.#tx.lock(keys);
  }

  /**
   * Those of the rows that have to be written as they were read, so that this transaction conflicts with one that changes
   * them meanwhile: all of them, or none where the engine sees to that by itself.
   */
  toHold<Found>(rows: readonly Found[]): readonly Found[] {
    return this.layer.capabilities.serializable ? [] : rows;
  }

  /** @returns how many rows were inserted: all of them. */
  async insert<R extends Row>(table: Table<R>, rows: readonly NewRowOf<NoInfer<R>>[]): Promise<number> {
    const schema = this.layer.schemas.get(nameOf(table));
    const cells = rows.map((row) => schema.toCells(row));
    return this.#insert(schema.table, schema.columnNames, cells);
  }

  /** Inserts rows whose cells are in the order of `columns`; columns left out become null. */
  async insertArrays<R extends Row, const Columns extends readonly ColumnOf<R>[]>(
    table: Table<R>,
    columns: Columns,
    rows: readonly CellsOf<R, Columns>[],
  ): Promise<number> {
    return this.#insert(nameOf(table), columns, rows);
  }

  /** Sets the columns of `changes` in every row that `where` picks. @returns how many rows that were. */
  async update<R extends Row>(table: Table<R>, where: Where<R>, changes: NoInfer<ChangesOf<R>>): Promise<number> {
    const { executor, schemas } = this.layer;
    const name = nameOf(table);
    // The types let undefined through, which `updateWhere` refuses.
    const cells = changes as Row;
    this.#checkSizes(name, Object.keys(cells), [Object.values(cells)]);
    const update = async () => updateWhere(this.#tx, executor, schemas.get(name), where, cells);
    return this.timed(name, 'update', update, where);
  }

  /** Sets `columns` of the row `rowIds[i]` to `rows[i]`. */
  async updateByRowIds<R extends Row, const Columns extends readonly ColumnOf<R>[]>(
    table: Table<R>,
    rowIds: readonly RowId[],
    columns: Columns,
    rows: readonly CellsOf<R, Columns>[],
  ): Promise<number> {
    const name = nameOf(table);
    return this.timed(name, 'update', async () => {
      this.layer.schemas.get(name).checkUpdate(columns, rows);
      this.#checkSizes(name, columns, rows);
      await updateByRowIds(this.#tx, name, rowIds, columns, rows);
      return rowIds.length;
    });
  }

  /**
   * Deletes the rows that `where` picks, at most `limit` of them. @returns how many rows that were.
   * A predicate that picks every row is refused, unless it is `everyRow()`.
   */
  async delete<R extends Row>(
    table: Table<R>,
    where: Where<R>,
    { limit }: { readonly limit?: number } = {},
  ): Promise<number> {
    const name = nameOf(table);
    return this.timed(name, 'delete', () => deleteWhere(this.#tx, this.layer.executor, name, where, limit), where);
  }

  async deleteByRowIds(table: Table<Row>, rowIds: readonly RowId[]): Promise<number> {
    const name = nameOf(table);
    return this.timed(name, 'delete', async () => {
      await deleteByRowIds(this.#tx, name, rowIds);
      return rowIds.length;
    });
  }

  async #insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<number> {
    return this.timed(table, 'insert', async () => {
      this.layer.schemas.get(table).checkInsert(columns, rows);
      this.#checkSizes(table, columns, rows);
      if (rows.length > 0) await this.#tx.insert(table, columns, rows);
      return rows.length;
    });
  }

  #checkSizes(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const { maxCellBytes } = this.layer.capabilities;
    if (maxCellBytes !== undefined) checkCellSizes(table, columns, rows, maxCellBytes);
  }
}

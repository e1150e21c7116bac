import type { Cell, RowId, TableTransaction } from './engine.ts';
import { ManagedReader, type TableLayer } from './managed-reader.ts';
import { checkCellSizes } from './mutation/cell-sizes.ts';
import { deleteByRowIds, deleteWhere, updateByRowIds, updateWhere } from './mutation/row-mutator.ts';
import type { Predicate } from './predicate/predicate.ts';
import type { NewRow, Row } from './query/select-query.ts';

/** One transaction: reads see its own writes. Rows are checked against the schema before they are written. */
export class ManagedTransaction extends ManagedReader {
  readonly #tx: TableTransaction;

  constructor(layer: TableLayer, tx: TableTransaction) {
    super(layer, tx);
    this.#tx = tx;
  }

  /** Whether others cannot change rows that were read before the commit (`EngineCapabilities.serializable`). */
  get serializable(): boolean {
    return this.layer.capabilities.serializable;
  }

  /** Transactions that lock a same key never both commit, unless one began after the other committed. */
  async lock(keys: readonly string[]): Promise<void> {
    if (!this.serializable && keys.length > 0) await this.#tx.lock(keys);
  }

  /** @returns how many rows were inserted: all of them. */
  async insert(table: string, rows: readonly NewRow[]): Promise<number> {
    const schema = this.layer.schemas.get(table);
    const cells = rows.map((row) => schema.toCells(row));
    return this.insertArrays(table, schema.columnNames, cells);
  }

  /** Inserts rows whose cells are in the order of `columns`; columns left out become null. */
  async insertArrays(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<number> {
    return this.timed(table, 'insert', async () => {
      this.layer.schemas.get(table).checkInsert(columns, rows);
      this.#checkSizes(table, columns, rows);
      if (rows.length > 0) await this.#tx.insert(table, columns, rows);
      return rows.length;
    });
  }

  /** Sets the columns of `changes` in every row that `where` picks. @returns how many rows that were. */
  async update(table: string, where: Predicate, changes: Row): Promise<number> {
    const { executor, schemas } = this.layer;
    this.#checkSizes(table, Object.keys(changes), [Object.values(changes)]);
    return this.timed(
      table,
      'update',
      async () => updateWhere(this.#tx, executor, schemas.get(table), where, changes),
      where,
    );
  }

  /** Sets `columns` of the row `rowIds[i]` to `rows[i]`. */
  async updateByRowIds(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<number> {
    return this.timed(table, 'update', async () => {
      this.layer.schemas.get(table).checkUpdate(columns, rows);
      this.#checkSizes(table, columns, rows);
      await updateByRowIds(this.#tx, table, rowIds, columns, rows);
      return rowIds.length;
    });
  }

  /**
   * Deletes the rows that `where` picks, at most `limit` of them. @returns how many rows that were.
   * A predicate that picks every row is refused, unless it is `everyRow()`.
   */
  async delete(table: string, where: Predicate, options: { readonly limit?: number } = {}): Promise<number> {
    const { executor, schemas } = this.layer;
    return this.timed(
      table,
      'delete',
      async () => deleteWhere(this.#tx, executor, schemas.get(table), where, options),
      where,
    );
  }

  async deleteByRowIds(table: string, rowIds: readonly RowId[]): Promise<number> {
    return this.timed(table, 'delete', async () => {
      await deleteByRowIds(this.#tx, table, rowIds);
      return rowIds.length;
    });
  }

  #checkSizes(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const { maxCellBytes } = this.layer.capabilities;
    if (maxCellBytes !== undefined) checkCellSizes(table, columns, rows, maxCellBytes);
  }
}

import type { Cell, Row, RowId, TableTransaction } from '../engine.ts';
import { isAlwaysTrue, isEveryRow } from '../predicate/builder.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { QueryExecutor } from '../query/executor.ts';
import type { TableSchema } from '../schema/table-schema.ts';
import { TableError } from '../table-error.ts';

/** Row ids in one call to the engine: some engines bound the size of a request. */
const BATCH_ROWS = 10_000;

/**
 * Sets the columns of `changes` in every row that `where` picks.
 *
 * @returns how many rows that were.
 * @throws TableError `invalid` for unknown columns, wrong types, columns of the sort key, and for a
 * predicate that picks every row and is not `everyRow()`.
 */
export async function updateWhere(
  tx: TableTransaction,
  executor: QueryExecutor,
  schema: TableSchema,
  where: Predicate,
  changes: Row,
): Promise<number> {
  const columns = Object.keys(changes);
  const cells = Object.values(changes);
  schema.checkUpdate(columns, [cells]);
  const ids = await rowIdsOf(tx, executor, schema.table, where);
  const rows = new Array<readonly Cell[]>(ids.length).fill(cells);
  if (columns.length > 0) await updateByRowIds(tx, schema.table, ids, columns, rows);
  return ids.length;
}

/**
 * Deletes the rows that `where` picks, at most `limit` of them (any of them).
 *
 * @returns how many rows that were.
 * @throws TableError `invalid` for a predicate that picks every row and is not `everyRow()`.
 */
export async function deleteWhere(
  tx: TableTransaction,
  executor: QueryExecutor,
  table: string,
  where: Predicate,
  limit: number | undefined,
): Promise<number> {
  const ids = await rowIdsOf(tx, executor, table, where, limit);
  await deleteByRowIds(tx, table, ids);
  return ids.length;
}

/** Sets `columns` of the row `ids[i]` to `rows[i]`, in batches. */
export async function updateByRowIds(
  tx: TableTransaction,
  table: string,
  ids: readonly RowId[],
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (ids.length !== rows.length) {
    throw new TableError('invalid', `an update of table ${table} has ${ids.length} row ids and ${rows.length} rows`);
  }
  for (let start = 0; start < ids.length; start += BATCH_ROWS) {
    await tx.update(table, ids.slice(start, start + BATCH_ROWS), columns, rows.slice(start, start + BATCH_ROWS));
  }
}

/** Deletes the rows with these ids, in batches. */
export async function deleteByRowIds(tx: TableTransaction, table: string, ids: readonly RowId[]): Promise<void> {
  for (let start = 0; start < ids.length; start += BATCH_ROWS) {
    await tx.delete(table, ids.slice(start, start + BATCH_ROWS));
  }
}

/** All ids are read before the first write: some engines cannot read a table while they change it. */
async function rowIdsOf(
  tx: TableTransaction,
  executor: QueryExecutor,
  table: string,
  where: Predicate,
  limit?: number,
): Promise<RowId[]> {
  if (isAlwaysTrue(where) && !isEveryRow(where)) {
    throw new TableError(
      'invalid',
      `the predicate picks every row of table ${table}; pass everyRow() if that is meant`,
    );
  }
  const { rowIds } = await executor.select(tx, { table, columns: [], where, limit, rowIds: true });
  return rowIds;
}

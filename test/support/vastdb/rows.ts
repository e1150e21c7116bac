import type { Row, TransactionOptions } from '../../../src/vastdb/engine.ts';
import type { Where } from '../../../src/vastdb/predicate/predicate.ts';
import type { FoundRow, RowQuery, Table } from '../../../src/vastdb/query/table-query.ts';
import type { ChangesOf, ColumnOf, NewRowOf } from '../../../src/vastdb/schema/define-table.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';

/** Inserts all rows in one transaction. @returns how many that were. */
export const insertRows = <R extends Row>(
  manager: VastDBManager,
  table: Table<R>,
  rows: readonly NewRowOf<NoInfer<R>>[],
  options?: TransactionOptions,
): Promise<number> => manager.transaction((tx) => tx.insert(table, rows), options);

/** Sets the columns of `changes` in every row that `where` picks, in one transaction. @returns how many rows. */
export const updateRows = <R extends Row>(
  manager: VastDBManager,
  table: Table<R>,
  where: Where<R>,
  changes: NoInfer<ChangesOf<R>>,
): Promise<number> => manager.transaction((tx) => tx.update(table, where, changes));

/** The first row, or undefined where there is none. */
export const selectOne = <R extends Row, Column extends ColumnOf<R> = ColumnOf<R>>(
  manager: VastDBManager,
  query: Omit<RowQuery<R, Column>, 'limit'>,
): Promise<FoundRow<R, Column> | undefined> => manager.reader().selectOne(query);

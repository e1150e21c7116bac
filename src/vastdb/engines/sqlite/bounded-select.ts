import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { ColumnDefinition, SelectRequest } from '../../engine.ts';
import { RowBytes } from '../../query/row-bytes.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import type { Connection } from './connection.ts';
import { rowIdCondition, selectText } from './row-statements.ts';

export interface RawRows {
  readonly rows: SQLOutputValue[][];
  /** There may be more rows than these. */
  readonly cut: boolean;
}

/**
 * Rows up to the one with which their cells come to `maxBytes`. They are taken one at a time, so no more are ever in
 * memory; where SQLite would sort them, it sorts their keys.
 */
export function boundedRows(
  connection: Connection,
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  request: SelectRequest,
  maxBytes: number,
): RawRows {
  const values: SQLInputValue[] = [];
  const sql = selectText(catalogue, shape, columns, request, values);
  const isSorted = request.orderBy !== undefined && sortsRows(connection, sql, values);
  const rows = isSorted
    ? rowsByKey(connection, catalogue, shape, columns, request)
    : (connection.prepare(sql).iterate(...values) as unknown as Iterable<SQLOutputValue[]>);
  const taken: SQLOutputValue[][] = [];
  const size = new RowBytes();
  for (const row of rows) {
    taken.push(row);
    size.add(row);
    if (size.bytes >= maxBytes) return { rows: taken, cut: true };
  }
  return { rows: taken, cut: false };
}

function* rowsByKey(
  connection: Connection,
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  request: SelectRequest,
): Generator<SQLOutputValue[]> {
  const { table, lookups, rowIds } = request;
  const values: SQLInputValue[] = [];
  const keys = selectText(catalogue, shape, [], { ...request, columns: [], lookups: [], rowIds: true }, values);
  const whole = selectText(catalogue, shape, columns, { table, columns: [], lookups, rowIds }, []);
  const row = connection.prepare(`${whole} WHERE ${rowIdCondition(shape)}`);
  // Reads of the background have no transaction around them, and all rows are of one state.
  const isAlone = !connection.inTransaction();
  if (isAlone) connection.run('BEGIN');
  try {
    for (const key of connection.prepare(keys).all(...values) as unknown as SQLInputValue[][]) {
      yield row.get(...key) as unknown as SQLOutputValue[];
    }
  } finally {
    // After some errors SQLite has ended it already.
    if (isAlone && connection.inTransaction()) connection.run('ROLLBACK');
  }
}

/** Plans by the text of their statement; the indexes of a table are all there before it is asked. */
const sorting = new WeakMap<Connection, Map<string, boolean>>();
const PLANS_KEPT = 256;

function sortsRows(connection: Connection, sql: string, values: readonly SQLInputValue[]): boolean {
  const known = sorting.get(connection) ?? new Map<string, boolean>();
  sorting.set(connection, known);
  let sorts = known.get(sql);
  if (sorts !== undefined) return sorts;
  const plan = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as unknown as [...unknown[], string][];
  sorts = plan.some((step) => /TEMP B-TREE FOR .*ORDER BY/.test(String(step.at(-1))));
  if (known.size >= PLANS_KEPT) known.clear();
  known.set(sql, sorts);
  return sorts;
}

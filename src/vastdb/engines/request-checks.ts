import {
  type Cell,
  type ColumnDefinition,
  type RowId,
  SCAN_BATCH_ROWS,
  type ScanRequest,
  type SelectRequest,
} from '../engine.ts';
import type { Leaf } from '../predicate/predicate.ts';
import { TableError } from '../table-error.ts';

/* Requests that the relational engines refuse alike, each with a TableError `invalid`. */

/** Refuses what cannot be asked together, and a limit that is none. */
export function checkSelect({ lookups = [], distinct = false, rowIds = false, limit }: SelectRequest): void {
  if (distinct && lookups.length > 0) throw new TableError('invalid', 'A select is either distinct or with lookups.');
  if (distinct && rowIds) {
    throw new TableError('invalid', 'A select is either distinct or with row ids: equal rows have different ids.');
  }
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw new TableError('invalid', `A limit is a whole number from 0 on, not ${limit}.`);
  }
}

/** @param columns those that a lookup looks at, each after its table. */
export function checkLookup(columns: readonly (readonly [table: string, column: ColumnDefinition])[]): void {
  const other = columns.find(([, { type }]) => type !== 'string');
  if (other === undefined) return;
  throw new TableError('invalid', `${other[0]}.${other[1].name} is no string column: no lookup uses it.`);
}

/** Refuses to look for a text in what is none. */
export function checkText(table: string, column: ColumnDefinition, op: Leaf['op']): void {
  if (column.type === 'string') return;
  throw new TableError('invalid', `${table}.${column.name} is no string column: ${op} cannot be applied to it.`);
}

export function checkOrdered(table: string, column: ColumnDefinition): void {
  if (column.type !== 'vector') return;
  throw new TableError('invalid', `${table}.${column.name} is a vector: vectors have no order.`);
}

/** For a tree that was not built by its types: better an error than a filter that is missing. */
export function unknownNode(node: never): TableError {
  return new TableError('invalid', `This engine knows no predicate ${JSON.stringify((node as { op?: unknown }).op)}.`);
}

export function checkScan({ table, columns, batchRows = SCAN_BATCH_ROWS }: ScanRequest): void {
  if (columns.length === 0) throw new TableError('invalid', `A scan of ${table} asks for no column.`);
  if (!Number.isSafeInteger(batchRows) || batchRows < 1) {
    throw new TableError('invalid', `A batch has a whole number of rows from 1 on, not ${batchRows}.`);
  }
}

/** Refuses an update whose rows are not one for each id. */
export function checkUpdate(table: string, rowIds: readonly RowId[], rows: readonly unknown[]): void {
  if (rowIds.length === rows.length) return;
  throw new TableError('invalid', `${rowIds.length} row ids came with ${rows.length} rows for ${table}.`);
}

export function checkWidth(table: string, columns: readonly ColumnDefinition[], row: readonly Cell[]): void {
  if (row.length === columns.length) return;
  throw new TableError('invalid', `A row of ${row.length} cells came for ${columns.length} columns of ${table}.`);
}

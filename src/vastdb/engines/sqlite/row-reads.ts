import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Cell, ColumnDefinition, RowId, RowSet, SeekRequest, SelectRequest } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { encodeKey } from '../row-key.ts';
import { boundedRows, type RawRows } from './bounded-select.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { decoderOf } from './column-types.ts';
import type { Connection } from './connection.ts';
import { MATCH_CELLS, matchText } from './full-text.ts';
import { compilePredicate } from './predicate-compiler.ts';
import { seekText, selectText } from './row-statements.ts';

/* Rows as requests ask for them. Errors are those of SQLite too, which a session translates. */

export function selectRows(connection: Connection, catalogue: Catalogue, request: SelectRequest): RowSet {
  const shape = catalogue.table(request.table);
  const columns = request.columns.map((name) => catalogue.column(shape, name));
  const { rows, cut } = rawRows(connection, catalogue, shape, columns, request);
  const rowIds: RowId[] = [];
  const asked = columns.length + (request.lookups?.length ?? 0) + (request.match === undefined ? 0 : MATCH_CELLS);
  if (request.rowIds === true) {
    for (const row of rows) rowIds.push(takeRowId(shape, row, asked));
  } else if (asked === 0) {
    for (const row of rows) row.length = 0;
  }
  decodeColumns(rows, columns);
  if (request.match !== undefined) for (const row of rows) row.push(Number(row.pop() ?? 0n));
  return cut ? { rows, rowIds, cut } : { rows, rowIds };
}

export function countRows(connection: Connection, catalogue: Catalogue, table: string, where?: Predicate): number {
  const shape = catalogue.table(table);
  const values: SQLInputValue[] = [];
  let sql = `SELECT count(*) FROM "${shape.name}"`;
  if (where !== undefined) sql += ` WHERE ${compilePredicate(catalogue, shape, where, values)}`;
  return connection.number(sql, ...values);
}

export function seekRows(connection: Connection, catalogue: Catalogue, request: SeekRequest): (Cell[] | undefined)[] {
  const shape = catalogue.table(request.table);
  const columns = request.columns.map((name) => catalogue.column(shape, name));
  const values: SQLInputValue[] = [];
  const sql = seekText(catalogue, shape, columns, request, values);
  const rows = connection.prepare(sql).all(...values) as unknown as SQLOutputValue[][];
  decodeColumns(rows, columns);
  const found: (Cell[] | undefined)[] = request.points.map(() => undefined);
  for (const row of rows) found[Number(row.pop())] = row;
  return found;
}

function rawRows(
  connection: Connection,
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  request: SelectRequest,
): RawRows {
  const { match, maxBytes } = request;
  if (maxBytes !== undefined) return boundedRows(connection, catalogue, shape, columns, request, maxBytes);
  const values: SQLInputValue[] = [];
  const sql =
    match === undefined
      ? selectText(catalogue, shape, columns, request, values)
      : matchText(catalogue, shape, columns, request, match, values);
  return { rows: connection.prepare(sql).all(...values) as unknown as SQLOutputValue[][], cut: false };
}

/** Cuts the cells that make the row's id from the row's end. */
function takeRowId(shape: TableShape, row: SQLOutputValue[], columns: number): RowId {
  const [first, ...others] = row.splice(columns);
  if (shape.key.length === 0 && typeof first === 'bigint') return first;
  const cells = [first ?? null, ...others];
  return encodeKey(cells.map((cell, index) => decoderOf(shape.key[index]?.type ?? 'string')?.(cell) ?? cell));
}

/** Turns cells back in place; columns whose cells need nothing done are not even looked at. */
function decodeColumns(
  rows: SQLOutputValue[][],
  columns: readonly ColumnDefinition[],
): asserts rows is Cell[][] & SQLOutputValue[][] {
  for (const [index, column] of columns.entries()) {
    const decode = decoderOf(column.type);
    if (decode === undefined) continue;
    for (const row of rows as Cell[][]) row[index] = decode((row[index] ?? null) as SQLOutputValue);
  }
}

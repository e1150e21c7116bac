import type { SQLInputValue } from 'node:sqlite';
import type { ColumnDefinition, Lookup, SeekRequest, SelectRequest, Since } from '../../engine.ts';
import { and, lte } from '../../predicate/builder.ts';
import { TableError } from '../../table-error.ts';
import { checkLookup, checkSelect } from '../request-checks.ts';
import { rowIdColumns } from '../row-key.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { compilePredicate } from './predicate-compiler.ts';

/**
 * The text of a select; its values are appended to `values`. The cells that make the row id come
 * after the asked columns.
 *
 * @throws TableError `invalid` for unknown columns, and for what cannot be asked together.
 */
export function selectText(
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  request: SelectRequest,
  values: SQLInputValue[],
): string {
  checkSelect(request);
  const { lookups = [], distinct = false, rowIds = false, where, since, orderBy = [], limit } = request;
  const cells = columns.map(({ name }) => `"${name}"`);
  for (const lookup of lookups) cells.push(lookupText(catalogue, shape, lookup));
  if (rowIds) cells.push(...rowIdColumns(shape).map(({ name }) => `"${name}"`));
  let sql = `SELECT ${distinct ? 'DISTINCT ' : ''}${cells.join(', ') || '1'} FROM "${shape.name}"`;
  const conditions = [
    ...(where === undefined ? [] : [compilePredicate(catalogue, shape, where, values)]),
    ...(since === undefined ? [] : [sinceText(catalogue, shape, since, values)]),
  ];
  if (conditions.length > 0) sql += ` WHERE ${conditions.join(' AND ')}`;
  if (orderBy.length > 0) {
    const terms = orderBy.map(
      ({ column, direction }) => `"${catalogue.column(shape, column).name}"${direction === 'desc' ? ' DESC' : ''}`,
    );
    sql += ` ORDER BY ${terms.join(', ')}`;
  }
  if (limit === undefined) return sql;
  values.push(limit);
  return `${sql} LIMIT ?`;
}

/**
 * The text of a seek; its values are appended to `values`. The place of its point comes after the asked columns.
 *
 * @throws TableError `invalid` for unknown columns.
 */
export function seekText(
  catalogue: Catalogue,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  { where, column, points, direction }: SeekRequest,
  values: SQLInputValue[],
): string {
  const axis = `"${catalogue.column(shape, column).name}"`;
  const [nearest, sign] = direction === 'before' ? ['max', '<='] : ['min', '>='];
  values.push(`[${points.join(',')}]`);
  const condition = (): string => compilePredicate(catalogue, shape, where, values);
  // The order of a CROSS JOIN is kept: points first.
  return (
    `SELECT ${columns.map(({ name }) => `"${name}"`).join(', ')}, "seek place" ` +
    `FROM (SELECT key AS "seek place", value AS "seek point" FROM json_each(?)) CROSS JOIN "${shape.name}" ` +
    `WHERE ${condition()} AND ${axis} = ` +
    `(SELECT ${nearest}(${axis}) FROM "${shape.name}" WHERE ${condition()} AND ${axis} ${sign} "seek point")`
  );
}

function sinceText(catalogue: Catalogue, shape: TableShape, since: Since, values: SQLInputValue[]): string {
  const { atMost, where } = since;
  const column = catalogue.column(shape, since.column);
  const last = compilePredicate(catalogue, shape, and([where, lte(column.name, atMost)]), values);
  values.push(atMost);
  return `"${column.name}" >= coalesce((SELECT max("${column.name}") FROM "${shape.name}" WHERE ${last}), ?)`;
}

function lookupText(catalogue: Catalogue, shape: TableShape, { table, column, match, equals }: Lookup): string {
  const other = catalogue.table(table);
  const [picked, matched, own] = [
    catalogue.column(other, column),
    catalogue.column(other, match),
    catalogue.column(shape, equals),
  ];
  checkLookup([
    [other.name, picked],
    [other.name, matched],
    [shape.name, own],
  ]);
  return (
    `(SELECT json_group_array(value) FROM (SELECT DISTINCT "${picked.name}" AS value FROM "${other.name}" ` +
    `WHERE "${matched.name}" = "${shape.name}"."${own.name}" AND "${picked.name}" IS NOT NULL ORDER BY 1))`
  );
}

/** Takes the cells of its rows, one row after the other. */
export function insertText(shape: TableShape, columns: readonly ColumnDefinition[], rows = 1): string {
  if (columns.length === 0) return `INSERT INTO "${shape.name}" DEFAULT VALUES`;
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const row = `(?${', ?'.repeat(columns.length - 1)})`;
  return `INSERT INTO "${shape.name}" (${names}) VALUES ${row}${`, ${row}`.repeat(rows - 1)}`;
}

/** Takes the values of a row id. */
export function rowIdCondition(shape: TableShape): string {
  if (shape.key.length === 0) return '_rowid_ = ?';
  return shape.key.map(({ name }) => `"${name}" = ?`).join(' AND ');
}

/** Takes the row's cells, then the values of its row id. @throws TableError `invalid` for columns of the sort key */
export function updateText(shape: TableShape, columns: readonly ColumnDefinition[]): string {
  const moved = columns.find((column) => shape.key.some((key) => key.name === column.name));
  if (moved !== undefined) {
    throw new TableError('invalid', `${shape.name}.${moved.name} is part of the sort key, which is never updated.`);
  }
  const assignments = columns.map(({ name }) => `"${name}" = ?`).join(', ');
  return `UPDATE "${shape.name}" SET ${assignments} WHERE ${rowIdCondition(shape)}`;
}

/** Takes the values of a row id. */
export function deleteText(shape: TableShape): string {
  return `DELETE FROM "${shape.name}" WHERE ${rowIdCondition(shape)}`;
}

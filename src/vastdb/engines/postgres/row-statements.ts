import type { Cell, ColumnDefinition, Lookup, RowId, SeekRequest, SelectRequest, Since } from '../../engine.ts';
import { and, lte } from '../../predicate/builder.ts';
import { checkLookup, checkSelect, checkWidth } from '../request-checks.ts';
import { rowIdCells, rowIdColumns } from '../row-key.ts';
import type { TableShape } from './catalogue.ts';
import { castOf, encodeCell, encodeCells, type Parameter } from './column-types.ts';
import {
  columnOf,
  compilePredicate,
  type CompileTarget,
  Parameters,
  shapeOf,
  type Shapes,
} from './predicate-compiler.ts';

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (Parameter | readonly Parameter[])[];
}

/** The schema in double quotes, and the tables that statements are about. */
export interface StatementContext {
  readonly schema: string;
  readonly shapes: Shapes;
}

/**
 * A select. The cells that make the row id come after the asked columns and lookups.
 *
 * @throws TableError `invalid` for unknown columns, and for what cannot be asked together.
 */
export function selectStatement(context: StatementContext, request: SelectRequest): Statement {
  checkSelect(request);
  const { lookups = [], distinct = false, rowIds = false, where, since, orderBy = [], limit } = request;
  const { schema } = context;
  const shape = shapeOf(context.shapes, request.table);
  const target: CompileTarget = { ...context, parameters: new Parameters() };
  const cells = request.columns.map((name) => `"${columnOf(shape, name).name}"`);
  for (const lookup of lookups) cells.push(lookupText(context, shape, lookup));
  if (rowIds) cells.push(...rowIdColumns(shape).map(({ name }) => `"${name}"`));
  let text = `SELECT ${distinct ? 'DISTINCT ' : ''}${cells.join(', ')} FROM ${schema}."${shape.name}"`;
  const conditions = [
    ...(where === undefined ? [] : [compilePredicate(target, shape, where)]),
    ...(since === undefined ? [] : [sinceText(target, shape, since)]),
  ];
  if (conditions.length > 0) text += ` WHERE ${conditions.join(' AND ')}`;
  if (orderBy.length > 0) {
    const terms = orderBy.map(({ column, direction }) => orderText(columnOf(shape, column), direction));
    text += ` ORDER BY ${terms.join(', ')}`;
  }
  if (limit !== undefined) text += ` LIMIT ${target.parameters.bind(limit, 'bigint')}`;
  return { text, values: target.parameters.values };
}

/** A seek. The place of its point, from 1 on, comes after the asked columns. @throws TableError `invalid` for unknown columns. */
export function seekStatement(context: StatementContext, request: SeekRequest): Statement {
  const { table, columns, where, column, points, direction } = request;
  const shape = shapeOf(context.shapes, table);
  const target: CompileTarget = { ...context, parameters: new Parameters() };
  const axis = `"${columnOf(shape, column).name}"`;
  const [sign, order] = direction === 'before' ? ['<=', 'DESC'] : ['>=', 'ASC'];
  const asked = target.parameters.bind(
    points.map((point) => point.toString()),
    'bigint[]',
  );
  const cells = columns.map((name) => `"${columnOf(shape, name).name}"`).join(', ');
  return {
    text:
      `SELECT found.*, seek_place FROM unnest(${asked}) WITH ORDINALITY AS points (seek_point, seek_place) ` +
      `CROSS JOIN LATERAL (SELECT ${cells} FROM ${context.schema}."${shape.name}" ` +
      `WHERE ${compilePredicate(target, shape, where)} AND ${axis} ${sign} seek_point ORDER BY ${axis} ${order} LIMIT 1) AS found`,
    values: target.parameters.values,
  };
}

function sinceText(target: CompileTarget, shape: TableShape, since: Since): string {
  const { name } = columnOf(shape, since.column);
  const last = compilePredicate(target, shape, and([since.where, lte(name, since.atMost)]));
  const otherwise = target.parameters.bind(String(since.atMost), 'bigint');
  // Not by `max`: before statistics tell that there are many rows, the planner reads all of them for it.
  const latest = `SELECT "${name}" FROM ${target.schema}."${shape.name}" WHERE ${last} ORDER BY "${name}" DESC LIMIT 1`;
  return `"${name}" >= coalesce((${latest}), ${otherwise})`;
}

/** Nulls come first, and last when descending, as on the other engines; said only where there may be some, for the indexes. */
function orderText({ name, required }: ColumnDefinition, direction: 'asc' | 'desc'): string {
  if (direction === 'asc') return `"${name}"${required === true ? '' : ' NULLS FIRST'}`;
  return `"${name}" DESC${required === true ? '' : ' NULLS LAST'}`;
}

function lookupText({ schema, shapes }: StatementContext, shape: TableShape, lookup: Lookup): string {
  const other = shapeOf(shapes, lookup.table);
  const [picked, matched, own] = [
    columnOf(other, lookup.column),
    columnOf(other, lookup.match),
    columnOf(shape, lookup.equals),
  ];
  checkLookup([
    [other.name, picked],
    [other.name, matched],
    [shape.name, own],
  ]);
  return (
    `(SELECT '[' || coalesce(string_agg(to_json(found.value)::text, ',' ORDER BY found.value), '') || ']' FROM ` +
    `(SELECT DISTINCT other."${picked.name}" AS value FROM ${schema}."${other.name}" AS other ` +
    `WHERE other."${matched.name}" = "${shape.name}"."${own.name}" AND other."${picked.name}" IS NOT NULL) AS found)`
  );
}

export function countStatement(context: StatementContext, table: string, where: SelectRequest['where']): Statement {
  const shape = shapeOf(context.shapes, table);
  const target: CompileTarget = { ...context, parameters: new Parameters() };
  const condition = where === undefined ? '' : ` WHERE ${compilePredicate(target, shape, where)}`;
  return {
    text: `SELECT count(*) FROM ${context.schema}."${shape.name}"${condition}`,
    values: target.parameters.values,
  };
}

/**
 * An insert; many rows travel as one array for each column. A row whose unique key is taken is left out, which the count
 * of the inserted rows tells: an error would end the transaction.
 */
export function insertStatement(
  { schema }: StatementContext,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Cell[])[],
): Statement {
  const into = `INSERT INTO ${schema}."${shape.name}"`;
  const unlessTaken = shape.hasUniqueKeys ? ' ON CONFLICT DO NOTHING' : '';
  if (columns.length === 0) {
    return { text: `${into} SELECT FROM generate_series(1, $1::bigint)${unlessTaken}`, values: [rows.length] };
  }
  const parameters = new Parameters();
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  for (const row of rows) checkWidth(shape.name, columns, row);
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) {
    const cells = columns.map((column, index) =>
      parameters.bind(encodeCell(shape.name, column, only[index] ?? null), castOf(column)),
    );
    return { text: `${into} (${names}) VALUES (${cells.join(', ')})${unlessTaken}`, values: parameters.values };
  }
  const lists = bindColumns(parameters, shape, columns, rows);
  return {
    text: `${into} (${names}) SELECT * FROM unnest(${lists.join(', ')})${unlessTaken}`,
    values: parameters.values,
  };
}

/** An update of rows by their ids; the id of a row that is gone is passed over. */
export function updateStatement(
  { schema }: StatementContext,
  shape: TableShape,
  rowIds: readonly RowId[],
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Cell[])[],
): Statement {
  const parameters = new Parameters();
  const keys = rowIdColumns(shape);
  for (const row of rows) checkWidth(shape.name, columns, row);
  const [onlyId] = rowIds;
  const [only] = rows;
  if (rowIds.length === 1 && onlyId !== undefined && only !== undefined) {
    const assignments = columns.map(
      (column, index) =>
        `"${column.name}" = ${parameters.bind(encodeCell(shape.name, column, only[index] ?? null), castOf(column))}`,
    );
    const text = `UPDATE ${schema}."${shape.name}" SET ${assignments.join(', ')} WHERE ${isRowText(parameters, shape, onlyId)}`;
    return { text, values: parameters.values };
  }
  const lists = [
    ...bindColumns(
      parameters,
      shape,
      keys,
      rowIds.map((id) => rowIdCells(shape, id)),
    ),
    ...bindColumns(parameters, shape, columns, rows),
  ];
  const names = [...keys.map((_, index) => `k${index}`), ...columns.map((_, index) => `v${index}`)];
  const assignments = columns.map(({ name }, index) => `"${name}" = given.v${index}`).join(', ');
  const isRow = keys.map(({ name }, index) => `target."${name}" = given.k${index}`).join(' AND ');
  return {
    text:
      `UPDATE ${schema}."${shape.name}" AS target SET ${assignments} ` +
      `FROM unnest(${lists.join(', ')}) AS given(${names.join(', ')}) WHERE ${isRow}`,
    values: parameters.values,
  };
}

export function deleteStatement({ schema }: StatementContext, shape: TableShape, rowIds: readonly RowId[]): Statement {
  const parameters = new Parameters();
  const [only] = rowIds;
  if (rowIds.length === 1 && only !== undefined) {
    const text = `DELETE FROM ${schema}."${shape.name}" WHERE ${isRowText(parameters, shape, only)}`;
    return { text, values: parameters.values };
  }
  const keys = rowIdColumns(shape);
  const lists = bindColumns(
    parameters,
    shape,
    keys,
    rowIds.map((id) => rowIdCells(shape, id)),
  );
  const names = keys.map((_, index) => `k${index}`);
  const isRow = keys.map(({ name }, index) => `target."${name}" = given.k${index}`).join(' AND ');
  return {
    text:
      `DELETE FROM ${schema}."${shape.name}" AS target ` +
      `USING unnest(${lists.join(', ')}) AS given(${names.join(', ')}) WHERE ${isRow}`,
    values: parameters.values,
  };
}

/** The condition of one row. A statement about one is planned once, which one about a list is with every run. */
function isRowText(parameters: Parameters, shape: TableShape, rowId: RowId): string {
  const cells = rowIdCells(shape, rowId);
  const terms = rowIdColumns(shape).map(
    (column, index) =>
      `"${column.name}" = ${parameters.bind(encodeCell(shape.name, column, cells[index] ?? null), castOf(column))}`,
  );
  return terms.join(' AND ');
}

/** One array of cells for each column, for `unnest`. */
function bindColumns(
  parameters: Parameters,
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Cell[])[],
): string[] {
  return columns.map((column, index) => {
    const cells = rows.map((row) => row[index] ?? null);
    return parameters.bind(encodeCells(shape.name, column, cells), `${castOf(column)}[]`);
  });
}

import type { SQLInputValue } from 'node:sqlite';
import type { ColumnDefinition } from '../../engine.ts';
import { COMPARISON_SIGNS, type Leaf, type NonNullCell, type Predicate } from '../../predicate/predicate.ts';
import { prefixRange } from '../../predicate/prefix-range.ts';
import { checkOrdered, checkText, unknownNode } from '../request-checks.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { encodeCell } from './column-types.ts';

/** Up to this many values of an `in` are bound one by one; more travel as one JSON array. */
const mostPlaceholders = 64;

/** SQLite refuses an expression that is nested more than 1,000 deep, and `a OR b OR c` nests. */
const mostFlatTerms = 200;

/**
 * The SQL condition of a predicate. Values never become text: they are appended to `values`, in the
 * order of the condition's placeholders. The shape of the text depends on the shape of the predicate
 * alone, so that prepared statements are found again.
 *
 * @throws TableError `invalid` for unknown columns, values of a wrong type, and nodes it does not know.
 */
export function compilePredicate(
  catalogue: Catalogue,
  shape: TableShape,
  predicate: Predicate,
  values: SQLInputValue[],
): string {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return compileTerms(catalogue, shape, predicate.op, predicate.terms, values);
    case 'not':
      return `NOT (${compilePredicate(catalogue, shape, predicate.term, values)})`;
    case 'inSelect':
      return compileSubquery(catalogue, shape, predicate, values);
    default:
      return compileLeaf(shape.name, catalogue.column(shape, predicate.column), predicate, values);
  }
}

function compileLeaf(table: string, column: ColumnDefinition, leaf: Leaf, values: SQLInputValue[]): string {
  const name = `"${column.name}"`;
  switch (leaf.op) {
    case 'eq':
    case 'ne':
      values.push(encodeCell(table, column, leaf.value));
      return `${name} ${COMPARISON_SIGNS[leaf.op]} ?`;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      values.push(encodeOrdered(table, column, leaf.value));
      return `${name} ${COMPARISON_SIGNS[leaf.op]} ?`;
    case 'between':
      values.push(encodeOrdered(table, column, leaf.low), encodeOrdered(table, column, leaf.high));
      return `${name} BETWEEN ? AND ?`;
    case 'in':
      return compileIn(table, column, leaf.values, values);
    case 'isNull':
      return `${name} IS NULL`;
    case 'isNotNull':
      return `${name} IS NOT NULL`;
    case 'contains':
    case 'startsWith':
      return compileMatch(table, column, leaf, values);
    default:
      throw unknownNode(leaf);
  }
}

function compileTerms(
  catalogue: Catalogue,
  shape: TableShape,
  op: 'and' | 'or',
  terms: readonly Predicate[],
  values: SQLInputValue[],
): string {
  if (terms.length === 0) return op === 'and' ? '1' : '0';
  if (terms.length > mostFlatTerms) {
    const half = Math.ceil(terms.length / 2);
    const left = compileTerms(catalogue, shape, op, terms.slice(0, half), values);
    const right = compileTerms(catalogue, shape, op, terms.slice(half), values);
    return op === 'and' ? `(${left} AND ${right})` : `(${left} OR ${right})`;
  }
  const separator = op === 'and' ? ' AND ' : ' OR ';
  let sql = '';
  for (const term of terms) {
    sql += (sql === '' ? '(' : separator) + compilePredicate(catalogue, shape, term, values);
  }
  return `${sql})`;
}

function compileSubquery(
  catalogue: Catalogue,
  shape: TableShape,
  predicate: Extract<Predicate, { op: 'inSelect' }>,
  values: SQLInputValue[],
): string {
  const column = catalogue.column(shape, predicate.column);
  const inner = catalogue.table(predicate.select.table);
  const picked = catalogue.column(inner, predicate.select.column);
  // A null in the list would make NOT IN pick nothing at all.
  const conditions = picked.required === true ? [] : [`"${picked.name}" IS NOT NULL`];
  if (!isImplied(predicate.select.where, picked)) {
    conditions.unshift(compilePredicate(catalogue, inner, predicate.select.where, values));
  }
  // Without a condition SQLite looks values up in the column's index, instead of making a list of all of them first.
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `"${column.name}" IN (SELECT "${picked.name}" FROM "${inner.name}"${where})`;
}

/** Whether every row satisfies the predicate: it is empty, or asks that a required column is not null. */
function isImplied(where: Predicate, picked: ColumnDefinition): boolean {
  if (where.op === 'and') return where.terms.every((term) => isImplied(term, picked));
  return where.op === 'isNotNull' && where.column === picked.name && picked.required === true;
}

function compileIn(
  table: string,
  column: ColumnDefinition,
  wanted: readonly NonNullCell[],
  values: SQLInputValue[],
): string {
  const encoded = wanted.map((value) => encodeCell(table, column, value));
  const last = encoded.at(-1);
  if (last === undefined) return '0';
  // JSON has no exact form of a float, so floats are bound one by one however many there are.
  if (encoded.length > mostPlaceholders && column.type !== 'float64') {
    const list = jsonList(encoded);
    values.push(list.json);
    return `"${column.name}" IN (SELECT ${list.element} FROM json_each(?))`;
  }
  // Padded to a power of two with a value that is there already, so that few statements serve all lengths.
  const count = 2 ** Math.ceil(Math.log2(encoded.length));
  for (const value of encoded) values.push(value);
  for (let index = encoded.length; index < count; index++) values.push(last);
  return `"${column.name}" IN (?${', ?'.repeat(count - 1)})`;
}

/** Values as one JSON array, and the expression that turns its elements back into them. */
function jsonList(values: readonly SQLInputValue[]): { json: string; element: string } {
  // JSON has no bytes, and SQLite's JSON ends a text at NUL: both travel as hexadecimal digits.
  const asDigits = values.some((value) => typeof value === 'object' || (typeof value === 'string' && /\0/.test(value)));
  if (asDigits) {
    const json = JSON.stringify(values.map(hexDigits));
    return {
      json,
      element: values.some((value) => typeof value === 'string') ? 'CAST(unhex(value) AS TEXT)' : 'unhex(value)',
    };
  }
  const elements = values.map((value) =>
    typeof value === 'bigint'
      ? value.toString()
      : JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value),
  );
  return { json: `[${elements.join(',')}]`, element: 'value' };
}

function hexDigits(value: SQLInputValue): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
}

function compileMatch(
  table: string,
  column: ColumnDefinition,
  { op, text }: { op: 'contains' | 'startsWith'; text: string },
  values: SQLInputValue[],
): string {
  checkText(table, column, op);
  const name = `"${column.name}"`;
  // Every text matches; of null it is unknown, which matters under NOT.
  if (text === '') return `${name} >= ''`;
  switch (op) {
    case 'contains':
      values.push(text);
      return `instr(${name}, ?) > 0`;
    case 'startsWith': {
      const { from, before } = prefixRange(text);
      values.push(from);
      if (before === undefined) return `${name} >= ?`;
      values.push(before);
      return `(${name} >= ? AND ${name} < ?)`;
    }
  }
}

function encodeOrdered(table: string, column: ColumnDefinition, value: NonNullCell): SQLInputValue {
  checkOrdered(table, column);
  return encodeCell(table, column, value);
}

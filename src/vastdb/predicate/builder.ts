import type { Row } from '../engine.ts';
import { nameOf, type Table } from '../query/table-query.ts';
import type { ColumnOf } from '../schema/define-table.ts';
import type { Comparison, Condition, ConditionOf, NonNullCell, Predicate, Where } from './predicate.ts';

/**
 * Constructors of the predicate tree. Every node is frozen, so a predicate can be kept and shared.
 * `and` and `or` flatten and simplify; `and([])` picks every row and `or([])` picks none.
 */

const TRUE: Predicate<never> = Object.freeze({ op: 'and', terms: Object.freeze([]) });
const FALSE: Predicate<never> = Object.freeze({ op: 'or', terms: Object.freeze([]) });
const EVERY_ROW: Predicate<never> = Object.freeze({ op: 'and', terms: Object.freeze([]) });

/**
 * Picks every row, and says that this is meant: an update or a delete refuses any other predicate
 * that is always true, so that a filter which came out empty by mistake cannot empty a table.
 */
export function everyRow(): Predicate<never> {
  return EVERY_ROW;
}

/** Whether the predicate is `everyRow()` itself, not just equal to it. */
export function isEveryRow(predicate: Predicate): boolean {
  return predicate === EVERY_ROW;
}

/** Whether the predicate picks every row by its form alone, as `and([])` does. */
export function isAlwaysTrue(predicate: Predicate): boolean {
  return predicate.op === 'and' && predicate.terms.length === 0;
}

/** Whether the predicate picks no row by its form alone, as `or([])` does. */
function isAlwaysFalse(predicate: Predicate): boolean {
  return predicate.op === 'or' && predicate.terms.length === 0;
}

/** Rows whose `column` is null are not picked, as in SQL. */
const comparing =
  (op: Comparison['op']) =>
  <Column extends string, Held extends NonNullCell>(column: Column, value: Held): Predicate<Condition<Column, Held>> =>
    Object.freeze({ op, column, value });

export const eq = comparing('eq');
export const ne = comparing('ne');
export const gt = comparing('gt');
export const gte = comparing('gte');
export const lt = comparing('lt');
export const lte = comparing('lte');

/** `eq` as terms to be and-ed: none where no value is given. */
export const eqIfGiven = <Column extends string, Held extends NonNullCell>(
  column: Column,
  value: Held | undefined,
): Predicate<Condition<Column, Held>>[] => (value === undefined ? [] : [eq(column, value)]);

/** An empty list picks no row. */
export function isIn<Column extends string, const Held extends NonNullCell>(
  column: Column,
  values: readonly Held[],
): Predicate<Condition<Column, Held>> {
  const [first] = values;
  if (first === undefined) return FALSE;
  if (values.length === 1) return eq(column, first);
  return Object.freeze({ op: 'in', column, values: Object.freeze([...values]) });
}

/** Both bounds are inclusive, as in SQL. */
export function between<Column extends string, Held extends NonNullCell>(
  column: Column,
  low: Held,
  high: Held,
): Predicate<Condition<Column, Held>> {
  return Object.freeze({ op: 'between', column, low, high });
}

export function isNull<Column extends string>(column: Column): Predicate<Condition<Column, null>> {
  return Object.freeze({ op: 'isNull', column });
}

export function isNotNull<Column extends string>(column: Column): Predicate<Condition<Column, null>> {
  return Object.freeze({ op: 'isNotNull', column });
}

/** Text matches are exact: case counts, and no character is a wildcard. The empty text is in every non-null cell. */
export function contains<Column extends string>(column: Column, text: string): Predicate<Condition<Column, string>> {
  return Object.freeze({ op: 'contains', column, text });
}

export function startsWith<Column extends string>(column: Column, text: string): Predicate<Condition<Column, string>> {
  return Object.freeze({ op: 'startsWith', column, text });
}

export function and<P extends Predicate>(terms: readonly P[]): Predicate<ConditionOf<P>> {
  return junction('and', terms, TRUE, FALSE);
}

export function or<P extends Predicate>(terms: readonly P[]): Predicate<ConditionOf<P>> {
  return junction('or', terms, FALSE, TRUE);
}

function junction<P extends Predicate>(
  op: 'and' | 'or',
  terms: readonly P[],
  neutral: Predicate<never>,
  absorbing: Predicate<never>,
): Predicate<ConditionOf<P>> {
  const flat: Predicate[] = [];
  for (const term of terms) {
    if (term.op !== 'and' && term.op !== 'or') flat.push(term);
    else if (term.op === op) for (const inner of term.terms) flat.push(inner);
    else if (term.terms.length === 0) return absorbing;
    else flat.push(term);
  }
  const [first] = flat;
  if (first === undefined) return neutral;
  return flat.length === 1 ? first : Object.freeze({ op, terms: Object.freeze(flat) });
}

/** Rows for which `term` is unknown (because a cell is null) are picked by neither `term` nor `not(term)`. */
export function not<P extends Predicate>(term: P): Predicate<ConditionOf<P>> {
  if (term.op === 'not') return term.term;
  if (term.op === 'isNull') return isNotNull(term.column);
  if (term.op === 'isNotNull') return isNull(term.column);
  if (isAlwaysTrue(term)) return FALSE;
  if (isAlwaysFalse(term)) return TRUE;
  return Object.freeze({ op: 'not', term });
}

/**
 * Rows whose `column` is among the values of `select.column` in another table. Nulls of the inner
 * column are left out, because one of them would make `not(inSelect(...))` pick nothing.
 */
export function inSelect<Column extends string, R extends Row, Inner extends ColumnOf<R>>(
  column: Column,
  select: { readonly table: Table<R>; readonly column: Inner; readonly where?: Where<R> },
): Predicate<Condition<Column, NonNullable<R[Inner]>>> {
  const notNull: Predicate = isNotNull(select.column);
  const where = and(select.where === undefined ? [notNull] : [notNull, select.where]);
  return Object.freeze({
    op: 'inSelect',
    column,
    select: Object.freeze({ table: nameOf(select.table), column: select.column, where }),
  });
}

/** The two int64 columns that hold a row's half-open range `[start, end)`. */
interface RangeColumns<Column extends string> {
  readonly start: Column;
  readonly end: Column;
}

/** A half-open range `[start, end)` in the unit of the columns; null is an open end. */
export interface RangeBounds {
  readonly start: bigint | null;
  readonly end: bigint | null;
}

/** Rows whose range shares at least one instant with the given one. An empty range overlaps nothing. */
export function overlapsRange<Column extends string>(
  columns: RangeColumns<Column>,
  { start, end }: RangeBounds,
): Predicate<Condition<Column, bigint>> {
  if (start !== null && end !== null && start >= end) return FALSE;
  return and([...(end === null ? [] : [lt(columns.start, end)]), ...(start === null ? [] : [gt(columns.end, start)])]);
}

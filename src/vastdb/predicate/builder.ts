import type { Comparison, NonNullCell, Predicate } from './predicate.ts';

/**
 * Constructors of the predicate tree. Every node is frozen, so a predicate can be kept and shared.
 * `and` and `or` flatten and simplify; `and([])` picks every row and `or([])` picks none.
 */

const TRUE: Predicate = Object.freeze({ op: 'and', terms: Object.freeze([]) });
const FALSE: Predicate = Object.freeze({ op: 'or', terms: Object.freeze([]) });
const EVERY_ROW: Predicate = Object.freeze({ op: 'and', terms: Object.freeze([]) });

/**
 * Picks every row, and says that this is meant: an update or a delete refuses any other predicate
 * that is always true, so that a filter which came out empty by mistake cannot empty a table.
 */
export function everyRow(): Predicate {
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

function comparison(op: Comparison['op'], column: string, value: NonNullCell): Predicate {
  return Object.freeze({ op, column, value });
}

export function eq(column: string, value: NonNullCell): Predicate {
  return comparison('eq', column, value);
}

/** Rows whose `column` is null are not picked, as in SQL. */
export function ne(column: string, value: NonNullCell): Predicate {
  return comparison('ne', column, value);
}

export function gt(column: string, value: NonNullCell): Predicate {
  return comparison('gt', column, value);
}

export function gte(column: string, value: NonNullCell): Predicate {
  return comparison('gte', column, value);
}

export function lt(column: string, value: NonNullCell): Predicate {
  return comparison('lt', column, value);
}

export function lte(column: string, value: NonNullCell): Predicate {
  return comparison('lte', column, value);
}

/** An empty list picks no row. */
export function isIn(column: string, values: readonly NonNullCell[]): Predicate {
  const [first] = values;
  if (first === undefined) return FALSE;
  if (values.length === 1) return eq(column, first);
  return Object.freeze({ op: 'in', column, values: Object.freeze([...values]) });
}

/** Both bounds are inclusive, as in SQL. */
export function between(column: string, low: NonNullCell, high: NonNullCell): Predicate {
  return Object.freeze({ op: 'between', column, low, high });
}

export function isNull(column: string): Predicate {
  return Object.freeze({ op: 'isNull', column });
}

export function isNotNull(column: string): Predicate {
  return Object.freeze({ op: 'isNotNull', column });
}

/** Text matches are exact: case counts, and no character is a wildcard. The empty text is in every non-null cell. */
export function contains(column: string, text: string): Predicate {
  return Object.freeze({ op: 'contains', column, text });
}

export function startsWith(column: string, text: string): Predicate {
  return Object.freeze({ op: 'startsWith', column, text });
}

export function endsWith(column: string, text: string): Predicate {
  return Object.freeze({ op: 'endsWith', column, text });
}

export function and(terms: readonly Predicate[]): Predicate {
  return junction('and', terms, TRUE, FALSE);
}

export function or(terms: readonly Predicate[]): Predicate {
  return junction('or', terms, FALSE, TRUE);
}

function junction(op: 'and' | 'or', terms: readonly Predicate[], neutral: Predicate, absorbing: Predicate): Predicate {
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
export function not(term: Predicate): Predicate {
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
export function inSelect(
  column: string,
  select: { readonly table: string; readonly column: string; readonly where?: Predicate },
): Predicate {
  const where = and([isNotNull(select.column), ...(select.where === undefined ? [] : [select.where])]);
  return Object.freeze({
    op: 'inSelect',
    column,
    select: Object.freeze({ table: select.table, column: select.column, where }),
  });
}

/** The two int64 columns that hold a row's half-open range `[start, end)`. */
export interface RangeColumns {
  readonly start: string;
  readonly end: string;
  /** The columns may hold null, which means an open end. Leave it out for required columns: plain comparisons use indexes. */
  readonly nullable?: boolean;
}

/** A half-open range `[start, end)` in the unit of the columns; null is an open end. */
export interface RangeBounds {
  readonly start: bigint | null;
  readonly end: bigint | null;
}

function isEmptyRange(range: RangeBounds): boolean {
  return range.start !== null && range.end !== null && range.start >= range.end;
}

function orOpen(columns: RangeColumns, column: string, predicate: Predicate): Predicate {
  return columns.nullable === true ? or([predicate, isNull(column)]) : predicate;
}

/** Rows whose range shares at least one instant with the given one. An empty range overlaps nothing. */
export function overlapsRange(columns: RangeColumns, range: RangeBounds): Predicate {
  if (isEmptyRange(range)) return FALSE;
  const terms: Predicate[] = [];
  if (range.end !== null) terms.push(orOpen(columns, columns.start, lt(columns.start, range.end)));
  if (range.start !== null) terms.push(orOpen(columns, columns.end, gt(columns.end, range.start)));
  return and(terms);
}

/** Rows whose range has the same two bounds. */
export function equalsRange(columns: RangeColumns, range: RangeBounds): Predicate {
  return and([
    range.start === null ? isNull(columns.start) : eq(columns.start, range.start),
    range.end === null ? isNull(columns.end) : eq(columns.end, range.end),
  ]);
}

/** Rows whose range contains all of the given one. Every range contains an empty one. */
export function containsRange(columns: RangeColumns, range: RangeBounds): Predicate {
  if (isEmptyRange(range)) return TRUE;
  return and([
    range.start === null ? isNull(columns.start) : orOpen(columns, columns.start, lte(columns.start, range.start)),
    range.end === null ? isNull(columns.end) : orOpen(columns, columns.end, gte(columns.end, range.end)),
  ]);
}

/** Rows whose range lies within the given one. */
export function withinRange(columns: RangeColumns, range: RangeBounds): Predicate {
  const terms: Predicate[] = [];
  if (range.start !== null) terms.push(gte(columns.start, range.start));
  if (range.end !== null) terms.push(lte(columns.end, range.end));
  return and(terms);
}

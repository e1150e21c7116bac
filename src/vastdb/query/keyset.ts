import type { Cell, Ordering } from '../engine.ts';
import { and, eq, gt, gte, isNotNull, isNull, lt, lte, or } from '../predicate/builder.ts';
import type { Condition, Predicate } from '../predicate/predicate.ts';
import { TableError } from '../table-error.ts';

interface KeysetColumn<Column extends string = string> extends Ordering<Column> {
  /** The column may hold null, which comes before all values (after them when descending). */
  readonly nullable?: boolean;
}

/**
 * Picks the rows that come after `position` in the order of `orderBy`: the next page of a listing.
 * `position` holds the cells of the last row seen, one for each column; the columns as a whole have
 * to be unique, or rows of the same position are skipped. The first column gets a comparison of its
 * own, so that an index can start there.
 *
 * @throws TableError `invalid` where the position does not fit the columns.
 */
export function afterPosition<Column extends string>(
  orderBy: readonly KeysetColumn<Column>[],
  position: readonly Cell[],
): Predicate<Condition<Column, never>> {
  // Cells of a position come out of rows, or out of a cursor whose types were checked: no compiler knows which is of which column.
  return after(orderBy, position) as Predicate<Condition<Column, never>>;
}

function after(orderBy: readonly KeysetColumn[], position: readonly Cell[]): Predicate {
  const [first, ...rest] = orderBy;
  const [cell, ...cells] = position;
  if (first === undefined || cell === undefined || rest.length !== cells.length) {
    throw new TableError(
      'invalid',
      `a page position needs one cell for each of the ${orderBy.length} ordering columns`,
    );
  }
  if (cell === null && first.nullable !== true) {
    throw new TableError('invalid', `the page position of column ${first.column}, which is not nullable, is null`);
  }
  if (rest.length === 0) return beyond(first, cell);
  return and([atOrBeyond(first, cell), or([beyond(first, cell), and([same(first, cell), after(rest, cells)])])]);
}

function beyond({ column, direction, nullable }: KeysetColumn, cell: Cell): Predicate {
  if (cell === null) return direction === 'asc' ? isNotNull(column) : or([]);
  if (direction === 'asc') return gt(column, cell);
  return nullable === true ? or([lt(column, cell), isNull(column)]) : lt(column, cell);
}

function atOrBeyond({ column, direction, nullable }: KeysetColumn, cell: Cell): Predicate {
  if (cell === null) return direction === 'asc' ? and([]) : isNull(column);
  if (direction === 'asc') return gte(column, cell);
  return nullable === true ? or([lte(column, cell), isNull(column)]) : lte(column, cell);
}

function same({ column }: KeysetColumn, cell: Cell): Predicate {
  return cell === null ? isNull(column) : eq(column, cell);
}

import type { Cell, Ordering } from '../engine.ts';
import { cellKey, compareCells } from '../predicate/compare.ts';
import { TableError } from '../table-error.ts';

/** A fetched row with its id, where ids were asked for. */
export interface FetchedRow<Id> {
  readonly cells: Cell[];
  readonly id: Id | undefined;
}

/** Sorts in place by cells of these columns; see `cellOrder`. */
export function sortRows<Id>(
  rows: FetchedRow<Id>[],
  orderBy: readonly Ordering[],
  columns: readonly string[],
): FetchedRow<Id>[] {
  const compare = cellOrder(orderBy, columns);
  return rows.sort((a, b) => compare(a.cells, b.cells));
}

/** Compares the cells of two rows; nulls come first, last when descending, as in the engines that sort by themselves. */
export function cellOrder(
  orderBy: readonly Ordering[],
  columns: readonly string[],
): (a: readonly Cell[], b: readonly Cell[]) => number {
  const keys = orderBy.map(({ column, direction }) => ({
    position: positionOf(columns, column),
    sign: direction === 'asc' ? 1 : -1,
  }));
  return (a, b) => {
    for (const { position, sign } of keys) {
      const order = compareCells(a[position] ?? null, b[position] ?? null);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/** Keeps the first of the rows that are equal in their first `width` cells. */
export function distinctRows<Id>(rows: readonly FetchedRow<Id>[], width: number): FetchedRow<Id>[] {
  const seen = new Set<string>();
  return rows.filter(({ cells }) => {
    // JSON keeps the cells apart, whatever their text.
    const key = JSON.stringify(cells.slice(0, width).map(cellKey));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function positionOf(columns: readonly string[], column: string): number {
  const position = columns.indexOf(column);
  if (position === -1) throw new TableError('invalid', `rows are ordered by ${column}, which was not fetched`);
  return position;
}

import type { CursorPosition, Page } from '../../domain/paging.ts';

/**
 * Turns `limit + 1` rows into a page: the extra row only tells that there is a next page, whose
 * cursor is the position of the last row that is shown.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  positionOf: (row: Row) => CursorPosition,
): Page<Item> {
  const shown = rows.length > limit ? rows.slice(0, limit) : rows;
  const items = shown.map(toItem);
  const last = shown.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: positionOf(last) } : { items };
}

import type { CursorPosition, Page } from '../../shared/paging.ts';

/** The result of a select. */
export interface RowsOf<Row> {
  readonly rows: readonly Row[];
  readonly cut?: boolean | undefined;
}

/**
 * Turns `limit + 1` rows into a page: the extra row only tells that there is a next page, whose
 * cursor is the position of the last row that is shown. So does `cut`: the rows came to the bytes of a page.
 */
export function toPage<Row, Item>(
  { rows, cut = false }: RowsOf<Row>,
  limit: number,
  toItem: (row: Row) => Item,
  positionOf: (row: Row) => CursorPosition,
): Page<Item> {
  const shown = rows.length > limit ? rows.slice(0, limit) : rows;
  const items = shown.map(toItem);
  const last = shown.at(-1);
  return (cut || rows.length > limit) && last !== undefined ? { items, next: positionOf(last) } : { items };
}

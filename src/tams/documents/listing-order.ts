import { AppError } from '../../shared/errors.ts';
import { cellsOf, type CursorPosition, type Page } from '../../shared/paging.ts';
import type { Ordering } from '../../vastdb/engine.ts';
import { and, eq, gt, gte, isNotNull, lt, lte, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../vastdb/predicate/predicate.ts';
import { afterPosition } from '../../vastdb/query/keyset.ts';
import type { ListingOrder, ListingTerms } from '../../vastdb/query/listing.ts';
import type { SortOrder } from './filters.ts';

/** The order of TAMS 7.0, oldest first; the id settles ties. */
export const BY_CREATION = [
  { column: 'created_ns', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

/** The order that is asked for. Listings of TAMS 7.0 ask for none. */
export const orderOf = <By extends string>(order: SortOrder<By> | undefined): ListingOrder =>
  order === undefined ? OLDEST_FIRST : sortedBy(order);

const OLDEST_FIRST = byCreation(BY_CREATION);

/** TAMS 8.2's order of what has no keys to sort by; the id settles ties. */
export const NEWEST_FIRST = byCreation([{ column: 'created_ns', direction: 'desc' }, BY_CREATION[1]]);

function byCreation(orderBy: readonly [Ordering<'created_ns'>, Ordering<'id'>]): ListingOrder {
  const isAscending = orderBy[0].direction === 'asc';
  return {
    column: 'created_ns',
    orderBy,
    hints: { timeline: { column: 'created_ns' } },
    after: (position) => afterCursor(orderBy, position, ['bigint', 'string']),
    upTo: (position) => {
      const [created, id] = cellsOf(position, ['bigint', 'string']);
      const before = isAscending ? lt('created_ns', created) : gt('created_ns', created);
      // The first is a separate term, since an index ends there.
      return [
        isAscending ? lte('created_ns', created) : gte('created_ns', created),
        or<Predicate>([before, and<Predicate>([eq('created_ns', created), lte('id', id)])]),
      ];
    },
    positionOf: (created, id) => [created, id],
  };
}

/** By the keys in the column of the property (`sort-keys.ts`). */
export function sortedBy<By extends string>({ by, reverse }: SortOrder<By>): ListingOrder {
  const column = `sort_${by}`;
  const name = `${by}${reverse ? ' reversed' : ''}`;
  const keyOf = (position: CursorPosition): string => {
    const [order, key] = cellsOf(position, ['string', 'string']);
    if (order === name) return key;
    throw new AppError('invalid_cursor', `page: this cursor is of a listing by ${order}, not by ${name}`, {
      field: 'page',
    });
  };
  return {
    column,
    orderBy: [{ column, direction: reverse ? 'desc' : 'asc' }],
    hints: { sample: 'spread' },
    after: (position) => {
      // Rows that an older server has written meanwhile have no key, and no place.
      if (position === undefined) return [isNotNull(column)];
      return [reverse ? lt(column, keyOf(position)) : gt(column, keyOf(position))];
    },
    upTo: (position) => [reverse ? gte(column, keyOf(position)) : lte(column, keyOf(position))],
    positionOf: (key) => [name, key],
  };
}

/**
 * The predicate of the page after `position`, whose cells are of these types, as terms to be and-ed; none for the first
 * page.
 *
 * @throws AppError invalid_cursor where they are not
 */
export function afterCursor<Column extends string>(
  orderBy: readonly Ordering<Column>[],
  position: CursorPosition | undefined,
  types: readonly ('bigint' | 'string')[],
): Predicate<Condition<Column, never>>[] {
  return position === undefined ? [] : [afterPosition(orderBy, cellsOf(position, types))];
}

/** Sorts out which terms an index serves: the indexes of these columns go on with the creation, and so serve orders by it alone. */
export function indexedByCreation<Term>(
  order: SortOrder | undefined,
  [first, ...others]: readonly Term[],
): Required<Pick<ListingTerms<Term>, 'indexed' | 'narrowing'>> {
  if (first === undefined) return { indexed: [], narrowing: [] };
  const isCreation = order === undefined || order.by === 'created';
  return isCreation ? { indexed: [first], narrowing: others } : { indexed: [], narrowing: [first, ...others] };
}

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

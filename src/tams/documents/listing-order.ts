import { cellsOf, type CursorPosition } from '../../shared/paging.ts';
import type { Ordering } from '../../vastdb/engine.ts';
import { and, eq, lt, lte, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../vastdb/predicate/predicate.ts';
import { afterPosition } from '../../vastdb/query/keyset.ts';

/** Flows and sources are listed in the order of their creation; the id settles ties. */
export const BY_CREATION = [
  { column: 'created_ns', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

/** A predicate on where rows stand in that order. */
type OnCreation = Predicate<Condition<'created_ns', bigint> | Condition<'id', string>>;

/** Lets engines that cannot order walk it, instead of reading and sorting the whole table. */
export const CREATION = { column: 'created_ns' } as const;

/** The predicate of the page after `position`, as terms to be and-ed; none for the first page. */
export function afterCreation(position: CursorPosition | undefined): OnCreation[] {
  return afterCursor(BY_CREATION, position, ['bigint', 'string']);
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

/** The position of a row in the order of creation. */
export type Created = readonly [createdNs: bigint, id: string];

/** The rows up to this one, which is among them, as terms to be and-ed; none where there is no end. */
export function upToCreation(end: Created | undefined): OnCreation[] {
  if (end === undefined) return [];
  const [created, id] = end;
  // The first is a separate term, since an index ends there.
  return [lte('created_ns', created), or([lt('created_ns', created), and([eq('created_ns', created), lte('id', id)])])];
}

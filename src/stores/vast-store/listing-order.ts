import { AppError } from '../../shared/errors.ts';
import type { CursorPosition } from '../../domain/paging.ts';
import type { Ordering } from '../../vastdb/engine.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import { afterPosition } from '../../vastdb/query/keyset.ts';
import type { TimelineHint } from '../../vastdb/query/select-query.ts';

/** Flows and sources are listed in the order of their creation; the id settles ties. */
export const BY_CREATION: readonly Ordering[] = [
  { column: 'created_ns', direction: 'asc' },
  { column: 'id', direction: 'asc' },
];

/** Lets engines that cannot order walk it, instead of reading and sorting the whole table. */
export const CREATION: TimelineHint = { column: 'created_ns' };

/** The predicate of the page after `position`, as terms to be and-ed; none for the first page. */
export function afterCreation(position: CursorPosition | undefined): Predicate[] {
  if (position === undefined) return [];
  const [created, id] = position;
  if (typeof created !== 'bigint' || typeof id !== 'string') {
    throw new AppError('invalid_cursor', 'page: this cursor was not made by this listing', { field: 'page' });
  }
  return [afterPosition(BY_CREATION, [created, id])];
}

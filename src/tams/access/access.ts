import { type AccessClasses, classesOf, giveAccess } from './access-classes.ts';
import type { Tags } from '../documents/tags.ts';
import { AppError } from '../../shared/errors.ts';
import { and, contains, eq, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../vastdb/predicate/predicate.ts';

/** Limits a view of the store to some flows and sources. */
export interface Access {
  /** For any table with ACCESS_COLUMN. */
  readonly visible: AccessPredicate;
  /** The classes that limit the view; undefined: it has everything. */
  readonly classes: readonly string[] | undefined;
}

export const ACCESS_COLUMN = 'auth_classes';

type AccessPredicate = Predicate<Condition<typeof ACCESS_COLUMN, string>>;

/** No class looks like this: it has no comma before it. */
const OPEN = '*';

export const FULL_ACCESS: Access = Object.freeze({ visible: and([]), classes: undefined });

/** The terms that limit a view; none if it shows everything. */
export const scannedOf = ({ classes, visible }: Access): AccessPredicate[] => (classes === undefined ? [] : [visible]);

export function accessOf(classes: readonly string[]): Access {
  // Commas separate classes, so a class must not contain one: `a,b` would match the neighbours `a` and `b`.
  const names = classes.filter((name) => name !== '' && !name.includes(','));
  const visible = or([eq(ACCESS_COLUMN, OPEN), ...names.map((name) => contains(ACCESS_COLUMN, `,${name},`))]);
  return Object.freeze({ visible, classes: names });
}

/** The cell of ACCESS_COLUMN. Never null: only rows from before the column have null. */
export function accessCell(tags: Tags | undefined): string {
  const classes = classesOf(tags);
  return classes === undefined ? OPEN : `,${classes.map((name) => `${name},`).join('')}`;
}

/** The classes in a cell of ACCESS_COLUMN; undefined for null, which limited principals cannot see. */
export function classesOfCell(cell: string | null | undefined): AccessClasses | undefined {
  if (cell === null || cell === undefined) return undefined;
  return cell === OPEN ? null : cell.split(',').filter((name) => name !== '');
}

/** Throws `outside_own_classes` for tags that would take a flow or a source out of the view that writes it. */
export function checkStaysVisible({ classes }: Access, tags: Tags | undefined): void {
  if (classes === undefined || giveAccess(tags, classes)) return;
  const own = classes.length === 0 ? 'must not be there' : `must name one of ${classes.join(', ')}, or not be there`;
  throw new AppError('outside_own_classes', `the tag auth_classes ${own}`, { field: 'tags/auth_classes' });
}

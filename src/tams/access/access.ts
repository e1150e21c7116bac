import { type AccessClasses, classesOf, giveAccess } from './access-classes.ts';
import type { Tags } from '../documents/tags.ts';
import { AppError } from '../../shared/errors.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, contains, eq, or } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';

/** Which flows and sources a view of the store has. */
export interface Access {
  /** Over any table with ACCESS_COLUMN. */
  readonly visible: Predicate;
  /** The classes that limit the view; undefined: it has everything. */
  readonly classes: readonly string[] | undefined;
}

export const ACCESS_COLUMN = 'auth_classes';

/** No class looks like this: it has no comma before it. */
const OPEN = '*';

export const FULL_ACCESS: Access = Object.freeze({ visible: and([]), classes: undefined });

/** The terms of a view that pass over rows: none where it has everything. */
export const scannedOf = ({ classes, visible }: Access): Predicate[] => (classes === undefined ? [] : [visible]);

export function accessOf(classes: readonly string[]): Access {
  // A comma, which separates classes, would make one name of two match the two beside each other.
  const names = classes.filter((name) => name !== '' && !name.includes(','));
  const visible = or([eq(ACCESS_COLUMN, OPEN), ...names.map((name) => contains(ACCESS_COLUMN, `,${name},`))]);
  return Object.freeze({ visible, classes: names });
}

/** The cell of ACCESS_COLUMN. Never null: that is what rows have that are older than the column. */
export function accessCell(tags: Tags | undefined): Cell {
  const classes = classesOf(tags);
  return classes === undefined ? OPEN : `,${classes.map((name) => `${name},`).join('')}`;
}

/** Who has access by a cell of ACCESS_COLUMN; undefined for null: nobody limited. */
export function classesOfCell(cell: Cell | undefined): AccessClasses | undefined {
  if (typeof cell !== 'string') return undefined;
  return cell === OPEN ? null : cell.split(',').filter((name) => name !== '');
}

/** Throws `outside_own_classes` for tags that would take a flow or a source out of the view that writes it. */
export function checkStaysVisible({ classes }: Access, tags: Tags | undefined): void {
  if (classes === undefined || giveAccess(tags, classes)) return;
  const own = classes.length === 0 ? 'must not be there' : `must name one of ${classes.join(', ')}, or not be there`;
  throw new AppError('outside_own_classes', `the tag auth_classes ${own}`, { field: 'tags/auth_classes' });
}

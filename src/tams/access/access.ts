import { type AccessClasses, classesOf, giveAccess } from './access-classes.ts';
import type { Tags } from '../documents/tags.ts';
import { type Limits, type Right, RIGHTS, type Rights } from './rights.ts';
import { AppError } from '../../shared/errors.ts';
import { and, contains, eq, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../vastdb/predicate/predicate.ts';

/** Limits a view of the store to some flows and sources. */
export interface Access {
  /** For any table with ACCESS_COLUMN. */
  readonly visible: AccessPredicate;
  /** Like `visible`, for what the principal has any right on; undefined where that is no more. */
  readonly reachable: AccessPredicate | undefined;
  /** The classes that limit the view; undefined: it has everything. */
  readonly classes: readonly string[] | undefined;
  readonly limits: Limits | undefined;
}

export const ACCESS_COLUMN = 'auth_classes';

export type AccessPredicate = Predicate<Condition<typeof ACCESS_COLUMN, string>>;

/** No class looks like this: it has no comma before it. */
const OPEN = '*';

export const FULL_ACCESS: Access = Object.freeze({
  visible: and([]),
  reachable: undefined,
  classes: undefined,
  limits: undefined,
});

/** The terms that limit a view; none if it shows everything. */
export const scannedOf = ({ classes, visible }: Access): AccessPredicate[] => (classes === undefined ? [] : [visible]);

export function accessOf(limits: Limits): Access {
  const { rights, right } = limits;
  const any = anyOf(rights);
  const names = right === 'any' ? any : rights[right];
  return Object.freeze({
    visible: predicateOf(names),
    reachable: names?.length === any?.length ? undefined : predicateOf(any),
    classes: names ?? [],
    limits,
  });
}

/** The classes that give any right; undefined: no right is given on anything. */
function anyOf(rights: Rights): readonly string[] | undefined {
  const given = RIGHTS.flatMap((right) => rights[right] ?? []);
  return RIGHTS.every((right) => rights[right] === undefined) ? undefined : [...new Set(given)];
}

const predicateOf = (classes: readonly string[] | undefined): AccessPredicate =>
  or(
    classes === undefined
      ? []
      : [eq(ACCESS_COLUMN, OPEN), ...classes.map((name) => contains(ACCESS_COLUMN, `,${name},`))],
  );

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

/**
 * As `checkStaysVisible`, for a flow or a source that is changed. A change of the tag gives away every right, or takes
 * it, and so needs all that its scopes allow (AppNote 0016): nobody gains a right by it.
 */
export function checkTagChange(access: Access, before: Tags | undefined, after: Tags | undefined): void {
  const { limits } = access;
  if (limits === undefined || isSame(classesOf(before), classesOf(after))) return;
  const lacking = RIGHTS.filter((right) => !gives(limits.rights, right, before));
  if (lacking.length > 0) {
    const problem = `the tag auth_classes gives every right, and your classes do not let you ${lacking.join(' and ')} this`;
    throw new AppError('insufficient_rights', problem, { field: 'tags/auth_classes' });
  }
  checkStaysVisible(access, after);
}

function gives(rights: Rights, right: Right, tags: Tags | undefined): boolean {
  const classes = rights[right];
  return classes === undefined || giveAccess(tags, classes);
}

const isSame = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  a === undefined || b === undefined ? a === b : new Set(a).symmetricDifference(new Set(b)).size === 0;

/**
 * For one that is not in the view: throws `insufficient_rights` where the principal has some other right on it, since it
 * need not be hidden then. Costs a query only where classes give unequal rights.
 *
 * @param isThere whether the table has one that the predicate picks
 */
export async function checkUnreachable(
  { limits, reachable }: Access,
  what: string,
  isThere: (within: AccessPredicate) => Promise<boolean>,
): Promise<undefined> {
  if (limits === undefined || reachable === undefined || !(await isThere(reachable))) return undefined;
  throw new AppError('insufficient_rights', `your classes do not let you ${limits.right} ${what}`);
}

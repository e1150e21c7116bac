import type { Principal } from '../../shared/principal.ts';

/** Rights on a flow, a source, or whatever else has `auth_classes` (AppNote 0016 of TAMS). */
export const RIGHTS = ['read', 'write', 'delete'] as const;

export type Right = (typeof RIGHTS)[number];

/** The classes that give each right. Undefined: the scopes do not include it, so it is given on nothing. */
export type Rights = Readonly<Record<Right, readonly string[] | undefined>>;

/** Limits of a view: it has what `rights` give this right on, or any of them. */
export interface Limits {
  readonly rights: Rights;
  readonly right: Right | 'any';
}

/** A class in a credential: `news`, or `news:read` for one right alone. */
const ENTRY = new RegExp(`^(?<name>.*?)(?::(?<only>${RIGHTS.join('|')}))?$`, 's');

/** The rights that classes leave a principal; undefined: none limit it. */
export function rightsOf({ classes, scopes }: Pick<Principal, 'classes' | 'scopes'>): Rights | undefined {
  if (classes === undefined || scopes.includes('admin')) return undefined;
  const entries = classes.map((entry) => ENTRY.exec(entry)?.groups ?? {});
  const giving = (right: Right): readonly string[] | undefined => {
    if (!scopes.includes(right)) return undefined;
    const given = entries.filter(({ only }) => only === undefined || only === right);
    // Commas separate classes in cells, so a class must not contain one: `a,b` would match the neighbours `a` and `b`.
    const names = given.map(({ name = '' }) => name).filter((name) => name !== '' && !name.includes(','));
    return [...new Set(names)];
  };
  return { read: giving('read'), write: giving('write'), delete: giving('delete') };
}

/** The classes that let a principal be told of content; undefined: none limit it. */
export function readableBy(principal: Principal): readonly string[] | undefined {
  const rights = rightsOf(principal);
  return rights && (rights.read ?? []);
}

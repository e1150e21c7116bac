/** Scopes that an operation can require. `admin` includes the others. */
export const SCOPES = ['read', 'write', 'delete', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** The rights of a credential. */
export interface Grant {
  /** The name in `created_by` and `updated_by`. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The `auth_classes` that the principal may see and change, `news:read` for one right alone; undefined: all. */
  readonly classes: readonly string[] | undefined;
}

/** The maker of a request, with the request's rights. */
export type Principal = Grant;

/** The principal of every request when authentication is switched off. */
export const ANYBODY: Principal = toPrincipal({ name: 'anonymous', scopes: ['admin'], classes: undefined });

/** The principal of requests to public routes when authentication is switched on. */
export const NOBODY: Principal = toPrincipal({ name: 'anonymous', scopes: [], classes: [] });

/** A grant as requests carry it: frozen, with the scopes that its scopes include. */
export function toPrincipal({ name, scopes, classes }: Grant): Principal {
  const included = scopes.includes('admin') ? SCOPES : scopes;
  return Object.freeze({
    name,
    scopes: Object.freeze([...included]),
    classes: classes === undefined ? undefined : Object.freeze([...classes]),
  });
}

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** What an operation can ask for. `admin` includes the others. */
export const SCOPES = ['read', 'write', 'delete', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** What a credential gives whoever presents it. */
export interface Grant {
  /** As `created_by` and `updated_by` name the principal. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The `auth_classes` that the principal may see and change; undefined: all of them. */
  readonly classes: readonly string[] | undefined;
}

/** Who makes a request, and what the request may do. */
export type Principal = Grant;

/** Everybody, where authentication is switched off. */
export const ANYBODY: Principal = toPrincipal({ name: 'anonymous', scopes: ['admin'], classes: undefined });

/** Whoever asks for what is public, where authentication is switched on. */
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

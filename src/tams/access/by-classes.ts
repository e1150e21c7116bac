import { LRUCache } from 'lru-cache';
import type { Principal, Scope } from '../../shared/principal.ts';
import { type Limits, rightsOf } from './rights.ts';

/** Cached views; beyond this many they are rebuilt, which is cheap. */
const KEPT_VIEWS = 1_000;

/** The part of a request that says who makes it, and which right its operation needs. */
export interface Asker {
  readonly auth: Principal;
  /** The scope of the operation. */
  readonly scope: Scope;
}

/**
 * The services for a request: `forAll`, unless classes limit its principal (docs/adr/0015-access-by-tags.md). They have a
 * view of what the principal has the operation's right on: whoever adds an operation cannot forget it.
 *
 * @param classesOn whether classes limit anybody.
 */
export function byClasses<Services>(
  classesOn: boolean,
  forAll: Services,
  limitedTo: (limits: Limits, asker: Asker) => Services,
): (asker: Asker) => Services {
  if (!classesOn) return () => forAll;
  const limited = new LRUCache<string, { readonly services: Services }>({ max: KEPT_VIEWS });
  return (asker) => {
    const { scopes, classes } = asker.auth;
    if (classes === undefined || scopes.includes('admin')) return forAll;
    const key = JSON.stringify([asker.scope, scopes, classes]);
    let found = limited.get(key);
    if (found === undefined) {
      const rights = rightsOf(asker.auth);
      if (rights === undefined || asker.scope === 'admin') return forAll;
      found = { services: limitedTo({ rights, right: asker.scope }, asker) };
      limited.set(key, found);
    }
    return found.services;
  };
}

import { LRUCache } from 'lru-cache';
import { limitsOf } from './access-classes.ts';
import type { Principal } from '../../shared/principal.ts';

/** Cached views; beyond this many they are rebuilt, which is cheap. */
const KEPT_VIEWS = 1_000;

/**
 * The services of a principal: `forAll`, unless classes limit it (docs/adr/0015-access-by-tags.md). Principals of the
 * same classes get the same.
 *
 * @param classesOn whether classes limit anybody.
 */
export function byClasses<Services>(
  classesOn: boolean,
  forAll: Services,
  limitedTo: (classes: readonly string[], principal: Principal) => Services,
): (principal: Principal) => Services {
  if (!classesOn) return () => forAll;
  const limited = new LRUCache<string, { readonly services: Services }>({ max: KEPT_VIEWS });
  return (principal) => {
    const classes = limitsOf(principal);
    if (classes === undefined) return forAll;
    const key = JSON.stringify(classes);
    let found = limited.get(key);
    if (found === undefined) {
      found = { services: limitedTo(classes, principal) };
      limited.set(key, found);
    }
    return found.services;
  };
}

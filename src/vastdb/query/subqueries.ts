import { and, isIn, not, or } from '../predicate/builder.ts';
import type { NonNullCell, Predicate, Subquery } from '../predicate/predicate.ts';

/** The different values of the subquery's column; null is not among them. */
export type RunSubquery = (select: Subquery['select']) => Promise<NonNullCell[]>;

/** Replaces every subquery by the list of values that it selects, for engines that have none. */
export async function resolveSubqueries(predicate: Predicate, run: RunSubquery): Promise<Predicate> {
  switch (predicate.op) {
    case 'and':
      return and(await resolveAll(predicate.terms, run));
    case 'or':
      return or(await resolveAll(predicate.terms, run));
    case 'not':
      return not(await resolveSubqueries(predicate.term, run));
    case 'inSelect':
      return isIn(predicate.column, await run(predicate.select));
    default:
      return predicate;
  }
}

async function resolveAll(terms: readonly Predicate[], run: RunSubquery): Promise<Predicate[]> {
  const resolved: Predicate[] = [];
  // One after the other: a transaction runs one statement at a time.
  for (const term of terms) resolved.push(await resolveSubqueries(term, run));
  return resolved;
}

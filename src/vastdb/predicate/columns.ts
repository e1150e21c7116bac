import type { Predicate } from './predicate.ts';

/** The columns of the queried table that a predicate looks at; those inside a subquery are not among them. */
export function predicateColumns(predicate: Predicate, into = new Set<string>()): Set<string> {
  switch (predicate.op) {
    case 'and':
    case 'or':
      for (const term of predicate.terms) predicateColumns(term, into);
      break;
    case 'not':
      predicateColumns(predicate.term, into);
      break;
    default:
      into.add(predicate.column);
  }
  return into;
}

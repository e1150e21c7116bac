import { and, isIn, or } from '../predicate/builder.ts';
import type { NonNullCell, Predicate } from '../predicate/predicate.ts';

/**
 * Takes values out of the predicate that are too large to be in any cell, so that no request has to
 * carry them: nothing equals them.
 */
export function withoutOversized(predicate: Predicate, maxCellBytes: number): Predicate {
  const fits = (value: NonNullCell): boolean => typeof value !== 'string' || Buffer.byteLength(value) <= maxCellBytes;
  switch (predicate.op) {
    case 'and':
      return and(predicate.terms.map((term) => withoutOversized(term, maxCellBytes)));
    case 'or':
      return or(predicate.terms.map((term) => withoutOversized(term, maxCellBytes)));
    case 'eq':
      return fits(predicate.value) ? predicate : or([]);
    case 'in':
      return predicate.values.every(fits) ? predicate : isIn(predicate.column, predicate.values.filter(fits));
    default:
      return predicate;
  }
}

import { and, isIn } from '../predicate/builder.ts';
import { cellKey } from '../predicate/compare.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { SplitPredicate } from '../predicate/split.ts';

/** Engines bound the size of a request; 1,000 identifiers are some 40 KB. */
const LONGEST_LIST = 1000;

/**
 * Asks for a long list of values in several selects, none of which return the same row. Only one
 * list can be split like that; further ones, and those inside other terms, are left to the executor.
 */
export function splitLongLists({ pushed, residual }: SplitPredicate): SplitPredicate[] {
  const terms = pushed === undefined ? [] : pushed.op === 'and' ? pushed.terms : [pushed];
  const long = terms.filter(hasLongList);
  if (long.length === 0) return [{ pushed, residual }];
  const list = long.find((term) => term.op === 'in');
  const short = terms.filter((term) => !hasLongList(term));
  const left = [...(residual === undefined ? [] : [residual]), ...long.filter((term) => term !== list)];
  const rest = left.length === 0 ? undefined : and(left);
  if (list === undefined) return [{ pushed: short.length === 0 ? undefined : and(short), residual: rest }];
  const values = [...new Map(list.values.map((value) => [cellKey(value), value])).values()];
  const parts: SplitPredicate[] = [];
  for (let start = 0; start < values.length; start += LONGEST_LIST) {
    const part = isIn(list.column, values.slice(start, start + LONGEST_LIST));
    parts.push({ pushed: and([part, ...short]), residual: rest });
  }
  return parts;
}

function hasLongList(term: Predicate): boolean {
  switch (term.op) {
    case 'in':
      return term.values.length > LONGEST_LIST;
    case 'and':
    case 'or':
      return term.terms.some(hasLongList);
    case 'not':
      return hasLongList(term.term);
    default:
      return false;
  }
}

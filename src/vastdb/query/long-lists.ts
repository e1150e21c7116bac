import { and, isIn } from '../predicate/builder.ts';
import { cellKey } from '../predicate/compare.ts';
import type { NonNullCell, Predicate } from '../predicate/predicate.ts';
import type { SplitPredicate } from '../predicate/split.ts';

/** Engines bound the size of a request; 1,000 identifiers are some 40 KB, with their encoding a few hundred. */
const LONGEST_LIST = 1000;
/** Characters of the texts in one list: clients may give objects long names. */
const MAX_CHARACTERS = 500_000;

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
  return inParts(values).map((part) => ({ pushed: and([isIn(list.column, part), ...short]), residual: rest }));
}

function inParts(values: readonly NonNullCell[]): NonNullCell[][] {
  const parts: NonNullCell[][] = [];
  let room = 0;
  for (const value of values) {
    const size = sizeOf(value);
    const part = parts.at(-1);
    if (part === undefined || part.length === LONGEST_LIST || size > room) {
      parts.push([value]);
      room = MAX_CHARACTERS - size;
    } else {
      part.push(value);
      room -= size;
    }
  }
  return parts;
}

const sizeOf = (value: NonNullCell): number => (typeof value === 'string' ? value.length : 0);

function isLong(values: readonly NonNullCell[]): boolean {
  if (values.length > LONGEST_LIST) return true;
  let characters = 0;
  for (const value of values) characters += sizeOf(value);
  return characters > MAX_CHARACTERS;
}

function hasLongList(term: Predicate): boolean {
  switch (term.op) {
    case 'in':
      return isLong(term.values);
    case 'and':
    case 'or':
      return term.terms.some(hasLongList);
    case 'not':
      return hasLongList(term.term);
    default:
      return false;
  }
}

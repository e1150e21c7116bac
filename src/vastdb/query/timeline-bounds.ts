import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { TimelineHint } from './select-query.ts';

/** The first value that is too large for an int64. */
export const INT64_END = 2n ** 63n;

/** Half-open: `start` is in, `end` is not. */
export interface Interval {
  readonly start: bigint;
  readonly end: bigint;
}

/** The narrowest interval of an int64 column that the predicate's own terms and the hint allow. */
export function intervalOf(column: string, where: Predicate | undefined, hint: TimelineHint | undefined): Interval {
  let start = hint?.from ?? INT64_MIN;
  let end = hint?.to ?? INT64_END;
  for (const term of where === undefined ? [] : where.op === 'and' ? where.terms : [where]) {
    if (!('column' in term) || term.column !== column) continue;
    const interval = termInterval(term);
    if (interval.start > start) start = interval.start;
    if (interval.end < end) end = interval.end;
  }
  return { start, end };
}

function termInterval(term: Predicate): Interval {
  const everything = { start: INT64_MIN, end: INT64_END };
  if (term.op === 'between') {
    if (typeof term.low !== 'bigint' || typeof term.high !== 'bigint') return everything;
    return { start: term.low, end: term.high + 1n };
  }
  if (!('value' in term) || typeof term.value !== 'bigint') return everything;
  const { value } = term;
  switch (term.op) {
    case 'eq':
      return { start: value, end: value + 1n };
    case 'gt':
      return { start: value + 1n, end: INT64_END };
    case 'gte':
      return { start: value, end: INT64_END };
    case 'lt':
      return { start: INT64_MIN, end: value };
    case 'lte':
      return { start: INT64_MIN, end: value + 1n };
    default:
      return everything;
  }
}

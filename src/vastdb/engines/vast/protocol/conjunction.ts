import { predicateColumns } from '../../../predicate/columns.ts';
import type { NonNullCell, Predicate } from '../../../predicate/predicate.ts';
import { TableError } from '../../../table-error.ts';

/** The end of a range of texts, which may be no UTF-8 and so no string. */
export class TextBytes {
  readonly utf8: Uint8Array;

  constructor(utf8: Uint8Array) {
    this.utf8 = utf8;
  }
}

export type Comparand = NonNullCell | TextBytes;

/** A test of one column that the cluster knows. */
export type Test =
  | {
      readonly op: 'equal' | 'not_equal' | 'less' | 'less_equal' | 'greater' | 'greater_equal' | 'match_substring';
      readonly column: string;
      readonly value: Comparand;
    }
  | { readonly op: 'is_null' | 'is_valid'; readonly column: string }
  /** Both a lower and an upper bound. */
  | { readonly op: 'range'; readonly column: string; readonly bounds: readonly [Test, Test] };

/** Any of its tests holds; all are about one column, and there is at least one. */
export type Group = readonly Test[];

/** An AND of ORs multiplies into at most this many: a longer one is a mistake of the caller. */
const GROUPS_MAX = 256;

/**
 * A predicate as the cluster takes it: all groups hold. No groups at all pick every row.
 *
 * @returns undefined for a predicate that picks no row by its form alone: the cluster has no such form.
 * @throws TableError `invalid` for what cannot be pushed down: an OR over several columns, a negation,
 * the end of a text, a subquery.
 */
export function toGroups(predicate: Predicate): Group[] | undefined {
  const groups = groupsOf(predicate);
  for (const group of groups) {
    if (new Set(group.map((test) => test.column)).size > 1) {
      throw new TableError('invalid', 'The cluster takes no OR over several columns.');
    }
  }
  return groups.some((group) => group.length === 0) ? undefined : groups;
}

/** In this form an empty group never holds, and no groups always hold. */
function groupsOf(predicate: Predicate): Group[] {
  switch (predicate.op) {
    case 'and':
      return predicate.terms.flatMap(groupsOf);
    case 'or':
      return anyOf(predicate.terms.map((term) => (isRange(term) ? [[rangeOf(term)]] : groupsOf(term))));
    case 'in':
      return [predicate.values.map((value) => ({ op: 'equal', column: predicate.column, value }))];
    default:
      return [[testOf(predicate)]];
  }
}

/** `(a AND b) OR (c AND d)` is `(a OR c) AND (a OR d) AND (b OR c) AND (b OR d)`. */
function anyOf(terms: readonly Group[][]): Group[] {
  let groups: Group[] = [[]];
  for (const term of terms) {
    groups = groups.flatMap((left) => term.map((right) => [...left, ...right]));
    if (groups.length > GROUPS_MAX) throw new TableError('invalid', 'An OR of ANDs is too long for the cluster.');
  }
  return groups;
}

type Range = { readonly op: 'and'; readonly terms: readonly [Predicate, Predicate] };

/** A lower and an upper bound of one column may stay together within an OR. */
function isRange(predicate: Predicate): predicate is Range {
  if (predicate.op !== 'and' || predicate.terms.length !== 2) return false;
  const ops = predicate.terms.map(({ op }) => op);
  return (
    ops.some((op) => op === 'gt' || op === 'gte') &&
    ops.some((op) => op === 'lt' || op === 'lte') &&
    predicateColumns(predicate).size === 1
  );
}

function rangeOf({ terms: [one, other] }: Range): Test {
  const bounds = [testOf(one), testOf(other)] as const;
  return { op: 'range', column: bounds[0].column, bounds };
}

const COMPARISONS = {
  eq: 'equal',
  ne: 'not_equal',
  gt: 'greater',
  gte: 'greater_equal',
  lt: 'less',
  lte: 'less_equal',
} as const;

function testOf(predicate: Predicate): Test {
  switch (predicate.op) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { op: COMPARISONS[predicate.op], column: predicate.column, value: predicate.value };
    case 'between':
      return between(predicate.column, predicate.low, 'less_equal', predicate.high);
    case 'isNull':
      return { op: 'is_null', column: predicate.column };
    case 'isNotNull':
      return { op: 'is_valid', column: predicate.column };
    case 'contains':
      // The empty text is in every text.
      if (predicate.text === '') return { op: 'is_valid', column: predicate.column };
      return { op: 'match_substring', column: predicate.column, value: predicate.text };
    case 'startsWith':
      if (predicate.text === '') return { op: 'is_valid', column: predicate.column };
      return between(predicate.column, predicate.text, 'less', afterPrefix(predicate.text));
    case 'not':
      if (predicate.term.op === 'isNull') return { op: 'is_valid', column: predicate.term.column };
      if (predicate.term.op === 'isNotNull') return { op: 'is_null', column: predicate.term.column };
      throw new TableError('invalid', `The cluster cannot negate ${predicate.term.op}.`);
    default:
      throw new TableError('invalid', `The cluster knows no predicate ${JSON.stringify(predicate.op)}.`);
  }
}

function between(column: string, low: Comparand, upper: 'less' | 'less_equal', high: Comparand): Test {
  return {
    op: 'range',
    column,
    bounds: [
      { op: 'greater_equal', column, value: low },
      { op: upper, column, value: high },
    ],
  };
}

/**
 * The first bytes after all texts that begin with `prefix`: those of the prefix, the last one raised by
 * one. No byte of UTF-8 is 255.
 */
function afterPrefix(prefix: string): TextBytes {
  const bytes = Buffer.from(prefix, 'utf8');
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return new TextBytes(bytes);
}

import { and, gt, isIn, lt, ne, not, or } from './builder.ts';
import { predicateColumns } from './columns.ts';
import type { Comparison, NonNullCell, Predicate } from './predicate.ts';

/** `pushed and residual` picks the same rows as the whole; undefined is a part that picks every row. */
export interface SplitPredicate {
  readonly pushed: Predicate | undefined;
  readonly residual: Predicate | undefined;
}

/**
 * Splits a predicate into what an engine that is not relational evaluates, and what is left to the executor. Instead of a
 * part that it cannot evaluate, the engine gets a weaker condition that follows from it, if there is one: rows are fetched
 * by `a >= 5` and filtered by `a >= 5 and (a > 5 or b > 7)`.
 */
export function splitPredicate(predicate: Predicate): SplitPredicate {
  const normal = pushNotInwards(predicate);
  const pushed: Predicate[] = [];
  const residual: Predicate[] = [];
  for (const term of normal.op === 'and' ? normal.terms : [normal]) {
    if (canPush(term)) {
      pushed.push(term);
    } else {
      residual.push(term);
      pushed.push(...impliedTerms(term));
    }
  }
  return {
    pushed: pushed.length === 0 ? undefined : and(pushed),
    residual: residual.length === 0 ? undefined : and(residual),
  };
}

/** Moves `not` down to the leaves, and into those that have an opposite. Three-valued logic keeps De Morgan's laws. */
function pushNotInwards(predicate: Predicate): Predicate {
  switch (predicate.op) {
    case 'and':
      return and(predicate.terms.map(pushNotInwards));
    case 'or':
      return or(predicate.terms.map(pushNotInwards));
    case 'not':
      return opposite(predicate.term);
    default:
      return predicate;
  }
}

/** A longer list is not turned into one inequality for each value, but left to the executor. */
const LONGEST_EXPANSION = 32;

const OPPOSITES: Readonly<Record<Comparison['op'], Comparison['op']>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'lte',
  gte: 'lt',
  lt: 'gte',
  lte: 'gt',
};

function opposite(term: Predicate): Predicate {
  switch (term.op) {
    case 'and':
      return or(term.terms.map(opposite));
    case 'or':
      return and(term.terms.map(opposite));
    case 'not':
      return pushNotInwards(term.term);
    case 'in':
      return term.values.length > LONGEST_EXPANSION
        ? not(term)
        : and(term.values.map((value) => ne(term.column, value)));
    case 'between':
      return or([lt(term.column, term.low), gt(term.column, term.high)]);
    case 'isNull':
    case 'isNotNull':
    case 'contains':
    case 'startsWith':
    case 'inSelect':
      return not(term);
    default:
      return Object.freeze({ op: OPPOSITES[term.op], column: term.column, value: term.value });
  }
}

function canPush(predicate: Predicate): boolean {
  switch (predicate.op) {
    case 'and':
      return predicate.terms.every(canPush);
    case 'or':
      return predicateColumns(predicate).size <= 1 && predicate.terms.every(canPush);
    case 'not':
      return predicate.term.op === 'isNull';
    case 'inSelect':
      return false;
    default:
      return true;
  }
}

/** Conditions on single columns that follow from a term and can be pushed down. */
function impliedTerms(term: Predicate): Predicate[] {
  const implied: Predicate[] = [];
  for (const column of predicateColumns(term)) {
    const about = impliedAbout(term, column);
    if (about !== undefined) implied.push(about);
  }
  return implied;
}

/** The condition on one column that every picked row satisfies. Undefined: none. */
function impliedAbout(predicate: Predicate, column: string): Predicate | undefined {
  switch (predicate.op) {
    case 'and': {
      const terms = predicate.terms.map((term) => impliedAbout(term, column));
      const known = terms.filter((term) => term !== undefined);
      return known.length === 0 ? undefined : and(known);
    }
    case 'or': {
      const terms = predicate.terms.map((term) => impliedAbout(term, column));
      const known = terms.filter((term) => term !== undefined);
      return known.length < terms.length ? undefined : anyOf(column, known);
    }
    default:
      return predicateColumns(predicate).has(column) && predicateColumns(predicate).size === 1 && canPush(predicate)
        ? predicate
        : undefined;
  }
}

/** `or`, with equalities of the column gathered into one list: keys that were asked for become one `in`. */
function anyOf(column: string, terms: readonly Predicate[]): Predicate {
  const values = new Set<NonNullCell>();
  const others: Predicate[] = [];
  for (const term of terms) {
    if (term.op === 'eq') values.add(term.value);
    else others.push(term);
  }
  return or([isIn(column, [...values]), ...others]);
}

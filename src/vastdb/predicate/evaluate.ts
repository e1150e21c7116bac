import type { Cell } from '../engine.ts';
import { TableError } from '../table-error.ts';
import { cellKey, compareValues } from './compare.ts';
import type { Comparison, Leaf, Predicate } from './predicate.ts';

/** Says whether a row, whose cells are in a known order, is picked. */
type RowFilter = (row: readonly Cell[]) => boolean;

/** SQL's three values; undefined is "unknown". */
type Truth = boolean | undefined;
type Evaluator = (row: readonly Cell[]) => Truth;

/**
 * Compiles a predicate to a function over rows whose cells are in the order of `columns`. It follows SQL: a comparison
 * with null is unknown, `not` of unknown is unknown, and unknown is not picked.
 *
 * @throws TableError `invalid` where a column is missing, or where the predicate has a subquery: that needs other
 * tables, so the executor resolves it first.
 */
export function compileFilter(predicate: Predicate, columns: readonly string[]): RowFilter {
  const positions = new Map(columns.map((column, position) => [column, position]));
  const evaluator = compile(predicate, positions);
  return (row) => evaluator(row) === true;
}

function compile(predicate: Predicate, positions: ReadonlyMap<string, number>): Evaluator {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return junction(
        predicate.terms.map((term) => compile(term, positions)),
        predicate.op === 'or',
      );
    case 'not': {
      const term = compile(predicate.term, positions);
      return (row) => {
        const truth = term(row);
        return truth === undefined ? undefined : !truth;
      };
    }
    case 'inSelect':
      throw new TableError('invalid', `a subquery on ${predicate.select.table} cannot be evaluated on one row`);
    default: {
      const position = positions.get(predicate.column);
      if (position === undefined) {
        throw new TableError('invalid', `the predicate names column ${predicate.column}, which was not fetched`);
      }
      return leaf(predicate, position);
    }
  }
}

/** `decisive` is the value that settles the junction: false for `and`, true for `or`. */
function junction(terms: readonly Evaluator[], decisive: boolean): Evaluator {
  return (row) => {
    let unknown = false;
    for (const term of terms) {
      const truth = term(row);
      if (truth === decisive) return decisive;
      if (truth === undefined) unknown = true;
    }
    return unknown ? undefined : !decisive;
  };
}

function leaf(predicate: Leaf, position: number): Evaluator {
  switch (predicate.op) {
    case 'isNull':
      return (row) => (row[position] ?? null) === null;
    case 'isNotNull':
      return (row) => (row[position] ?? null) !== null;
    case 'in': {
      if (predicate.values.length === 0) return () => false;
      const keys = new Set(predicate.values.map(cellKey));
      return onValue(position, (cell) => keys.has(cellKey(cell)));
    }
    case 'between': {
      const { low, high } = predicate;
      return onValue(position, (cell) => compareValues(cell, low) >= 0 && compareValues(cell, high) <= 0);
    }
    case 'contains':
      return onText(position, (cell) => cell.includes(predicate.text));
    case 'startsWith':
      return onText(position, (cell) => cell.startsWith(predicate.text));
    default: {
      const holds = COMPARISONS[predicate.op];
      const { value } = predicate;
      return onValue(position, (cell) => holds(compareValues(cell, value)));
    }
  }
}

const COMPARISONS: Readonly<Record<Comparison['op'], (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

function onValue(position: number, test: (cell: Exclude<Cell, null>) => boolean): Evaluator {
  return (row) => {
    const cell = row[position] ?? null;
    return cell === null ? undefined : test(cell);
  };
}

function onText(position: number, test: (cell: string) => boolean): Evaluator {
  return onValue(position, (cell) => {
    if (typeof cell === 'string') return test(cell);
    throw new TableError('invalid', 'contains and startsWith apply to string columns only');
  });
}

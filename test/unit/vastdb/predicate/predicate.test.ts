import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Cell } from '../../../../src/vastdb/engine.ts';
import {
  and,
  contains,
  eq,
  everyRow,
  gt,
  gte,
  inSelect,
  isEveryRow,
  isIn,
  isNotNull,
  isNull,
  lt,
  ne,
  not,
  or,
  overlapsRange,
  type RangeBounds,
} from '../../../../src/vastdb/predicate/builder.ts';
import { cellKey, compareCells } from '../../../../src/vastdb/predicate/compare.ts';
import { compileFilter } from '../../../../src/vastdb/predicate/evaluate.ts';
import type { Predicate } from '../../../../src/vastdb/predicate/predicate.ts';
import { splitPredicate } from '../../../../src/vastdb/predicate/split.ts';
import { COLUMN_NAMES, predicates, rows } from '../../../support/vastdb/predicates.ts';

function picks(predicate: Predicate, row: Record<string, Cell>): boolean {
  return compileFilter(predicate, Object.keys(row))(Object.values(row));
}

describe('predicate builder', () => {
  it('flattens and simplifies and and or', () => {
    const a = eq('a', 1n);
    const b = eq('b', 2n);
    expect(and([a, and([b, a])])).toEqual({ op: 'and', terms: [a, b, a] });
    expect(and([a])).toBe(a);
    expect(and([a, or([])])).toEqual(or([]));
    expect(or([a, and([])])).toEqual(and([]));
    expect(and([and([]), a])).toBe(a);
    expect(or([or([]), or([a, b])])).toEqual({ op: 'or', terms: [a, b] });
  });

  it('freezes what it builds, and keeps its own copy of a list', () => {
    const values = ['x', 'y'];
    const predicate = and([isIn('a', values), eq('b', 1n)]);
    values.push('z');
    expect(predicate).toEqual({ op: 'and', terms: [{ op: 'in', column: 'a', values: ['x', 'y'] }, eq('b', 1n)] });
    expect(Object.isFrozen(predicate) && 'terms' in predicate && Object.isFrozen(predicate.terms)).toBe(true);
  });

  it('picks nothing by an empty list', () => {
    expect(isIn('a', [])).toEqual(or([]));
    expect(picks(not(isIn('a', [])), { a: 1n })).toBe(true);
  });

  it('undoes not where it can', () => {
    expect(not(not(eq('a', 1n)))).toEqual(eq('a', 1n));
    expect(not(isNull('a'))).toEqual(isNotNull('a'));
    expect(not(and([]))).toEqual(or([]));
  });

  it('tells everyRow from a predicate that only happens to be empty', () => {
    expect(isEveryRow(everyRow())).toBe(true);
    expect(isEveryRow(and([]))).toBe(false);
    expect(and([everyRow(), eq('a', 1n)])).toEqual(eq('a', 1n));
  });

  it('leaves nulls out of subqueries', () => {
    const predicate = inSelect('a', { table: 't', column: 'c', where: eq('d', 1n) });
    expect(predicate).toMatchObject({ select: { where: and([isNotNull('c'), eq('d', 1n)]) } });
  });
});

describe('range predicates', () => {
  const time = fc.bigInt({ min: -4n, max: 4n });
  const bound = fc.option(time);
  const instants = Array.from({ length: 13 }, (_, index) => BigInt(index - 6));
  const inside = ({ start, end }: RangeBounds): bigint[] =>
    instants.filter((instant) => (start === null || instant >= start) && (end === null || instant < end));

  it('overlapsRange agrees with sets of instants', () => {
    const rows = fc.record({ start: time, end: time });
    fc.assert(
      fc.property(rows, fc.record<RangeBounds>({ start: bound, end: bound }), (row, given) => {
        fc.pre(inside(row).length > 0);
        const predicate = overlapsRange({ start: 's', end: 'e' }, given);
        const shared = inside(row).some((each) => inside(given).includes(each));
        expect(picks(predicate, { s: row.start, e: row.end })).toBe(shared);
      }),
      { numRuns: 1000 },
    );
  });

  it('lowers to plain comparisons', () => {
    expect(overlapsRange({ start: 's', end: 'e' }, { start: 1n, end: 5n })).toEqual(and([lt('s', 5n), gt('e', 1n)]));
    expect(overlapsRange({ start: 's', end: 'e' }, { start: null, end: null })).toEqual(and([]));
  });
});

describe('predicate evaluation', () => {
  it('follows the logic of SQL with nulls', () => {
    const row = { a: null, b: 1n };
    expect(picks(eq('a', 1n), row)).toBe(false);
    expect(picks(ne('a', 1n), row)).toBe(false);
    expect(picks(not(eq('a', 1n)), row)).toBe(false);
    expect(picks(not(and([eq('a', 1n), eq('b', 2n)])), row)).toBe(true);
    expect(picks(not(or([eq('a', 1n), eq('b', 2n)])), row)).toBe(false);
    expect(picks(or([eq('a', 1n), eq('b', 1n)]), row)).toBe(true);
    expect(picks(not(isIn('a', [1n, 2n])), row)).toBe(false);
  });

  it('orders text by code points', () => {
    const texts = ['😀', '～', 'b', 'a', 'ab', ''];
    expect(texts.toSorted(compareCells)).toEqual(['', 'a', 'ab', 'b', '～', '😀']);
  });

  it('has one key for equal cells only', () => {
    const values: Cell[] = [null, 'n', '1', 1n, 2, 0.5, '', new Uint8Array([1]), new Uint8Array([1, 2])];
    expect(new Set(values.map(cellKey)).size).toBe(values.length);
    expect(cellKey(2n)).toBe(cellKey(2));
    expect(cellKey(-0)).toBe(cellKey(0));
  });

  it('refuses a column that was not fetched, a subquery, and values of another type', () => {
    expect(() => picks(eq('x', 1n), { a: 1n })).toThrow(/column x/);
    expect(() => picks(inSelect('a', { table: 't', column: 'c' }), { a: 1n })).toThrow(/subquery/);
    expect(() => picks(gt('a', 'text'), { a: 1n })).toThrow(/cannot compare a bigint with a string/);
    expect(() => picks(contains('a', 'text'), { a: 1n })).toThrow(/string columns/);
  });
});

describe('predicate split', () => {
  it('picks by both parts together what the whole picks, and pushes only what the engine can do', () => {
    fc.assert(
      fc.property(predicates, rows, (predicate, list) => {
        const whole = compileFilter(predicate, COLUMN_NAMES);
        const { pushed, residual } = splitPredicate(predicate);
        const inEngine = compileFilter(pushed ?? and([]), COLUMN_NAMES);
        const here = compileFilter(residual ?? and([]), COLUMN_NAMES);
        for (const row of list) expect(inEngine(row) && here(row)).toBe(whole(row));
        if (pushed !== undefined) checkPushed(pushed);
      }),
      { numRuns: 2000 },
    );
  });

  function checkPushed(predicate: Predicate): Set<string> {
    switch (predicate.op) {
      case 'and':
      case 'or': {
        const columns = new Set(predicate.terms.flatMap((term) => [...checkPushed(term)]));
        if (predicate.op === 'or') expect(columns.size).toBeLessThanOrEqual(1);
        return columns;
      }
      case 'not':
        expect(predicate.term.op).toBe('isNull');
        return checkPushed(predicate.term);
      default:
        return new Set([predicate.column]);
    }
  }

  it('turns not into the opposite comparison', () => {
    expect(splitPredicate(not(and([eq('a', 1n), lt('b', 2n)])))).toEqual({
      pushed: undefined,
      residual: or([ne('a', 1n), gte('b', 2n)]),
    });
    expect(splitPredicate(not(or([eq('a', 1n), lt('b', 2n)])))).toEqual({
      pushed: and([ne('a', 1n), gte('b', 2n)]),
      residual: undefined,
    });
  });

  it('pushes down what follows from an or over several columns', () => {
    const keys = or([and([eq('flow', 'x'), eq('time', 1n)]), and([eq('flow', 'y'), eq('time', 2n)])]);
    expect(splitPredicate(keys)).toEqual({
      pushed: and([isIn('flow', ['x', 'y']), isIn('time', [1n, 2n])]),
      residual: keys,
    });
  });
});

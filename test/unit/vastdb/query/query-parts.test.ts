import { describe, expect, it } from 'vitest';
import { and, eq, isIn, ne, or } from '../../../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../../../src/vastdb/predicate/predicate.ts';
import { splitLongLists } from '../../../../src/vastdb/query/part-fetcher.ts';
import { withoutOversized } from '../../../../src/vastdb/query/executor.ts';

const texts = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, 'x'));

/** The lists of the selects that a list is asked for by. */
function listsOf(values: readonly string[]): (readonly unknown[])[] {
  const parts = splitLongLists({ pushed: and([eq('flow', 'a'), isIn('id', values)]), residual: undefined });
  return parts.map(({ pushed, residual }) => {
    expect(residual).toBeUndefined();
    const terms: readonly Predicate[] = pushed?.op === 'and' ? pushed.terms : [];
    expect(terms).toContainEqual(eq('flow', 'a'));
    return terms.flatMap((term) =>
      term.op === 'in' ? term.values : term.op === 'eq' && term.column === 'id' ? [term.value] : [],
    );
  });
}

describe('a list of values', () => {
  it('is asked for by one select up to a thousand identifiers', () => {
    expect(listsOf(texts(1_000, 36))).toEqual([texts(1_000, 36)]);
  });

  it('is asked for in parts where there are more, each value once', () => {
    const values = texts(2_500, 36);
    const lists = listsOf([...values, ...values]);
    expect(lists.map((list) => list.length)).toEqual([1_000, 1_000, 500]);
    expect(lists.flat()).toEqual(values);
  });

  it('is asked for in parts where its texts are long', () => {
    const values = texts(50, 100_000);
    const lists = listsOf(values);
    expect(lists.map((list) => list.length)).toEqual(new Array(10).fill(5));
    expect(lists.flat()).toEqual(values);
  });
});

describe('a value that is larger than any cell', () => {
  const large = 'ä'.repeat(6);

  it('is equal to nothing', () => {
    expect(withoutOversized(eq('id', large), 11)).toEqual(or([]));
    expect(withoutOversized(eq('id', large), 12)).toEqual(eq('id', large));
    expect(withoutOversized(isIn('id', ['a', large, 'b']), 11)).toEqual(isIn('id', ['a', 'b']));
    expect(withoutOversized(and([eq('flow', 'a'), isIn('id', [large])]), 11)).toEqual(or([]));
    expect(withoutOversized(or([eq('flow', 'a'), eq('id', large)]), 11)).toEqual(eq('flow', 'a'));
  });

  it('is left where its absence would pick other rows', () => {
    expect(withoutOversized(ne('id', large), 11)).toEqual(ne('id', large));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, ColumnDefinition } from '../../../../../../src/vastdb/engine.ts';
import { type Test, TextBytes, toGroups } from '../../../../../../src/vastdb/engines/vast/protocol/conjunction.ts';
import { encodeRelation } from '../../../../../../src/vastdb/engines/vast/protocol/relation.ts';
import { rowIdColumn, wireColumn } from '../../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import {
  and,
  between,
  contains,
  eq,
  gt,
  gte,
  inSelect,
  isIn,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  startsWith,
} from '../../../../../../src/vastdb/predicate/builder.ts';
import { compareValues } from '../../../../../../src/vastdb/predicate/compare.ts';
import { compileFilter } from '../../../../../../src/vastdb/predicate/evaluate.ts';
import type { NonNullCell, Predicate } from '../../../../../../src/vastdb/predicate/predicate.ts';
import { decodeRelation } from '../decode.ts';

const DEFINITIONS: readonly ColumnDefinition[] = [
  { name: 'a', type: 'int64' },
  { name: 's', type: 'string' },
  { name: 'f', type: 'float64' },
  { name: 'v', type: 'vector', dimension: 2 },
];
const COLUMNS = new Map(DEFINITIONS.map((column) => [column.name, wireColumn(column)]));

function relationOf(where: Predicate, projected: readonly string[] = []): ReturnType<typeof decodeRelation> {
  const columns = projected.map((name) => (name === '$row_id' ? rowIdColumn(true) : COLUMNS.get(name)));
  return decodeRelation(
    encodeRelation({
      projected: columns.filter((column) => column !== undefined),
      columns: COLUMNS,
      groups: toGroups(where) ?? [],
    }),
  );
}

describe('the groups of a predicate', () => {
  const column = fc.constantFrom('a', 's');
  const leaf = column.chain((name): fc.Arbitrary<Predicate> => {
    const value: fc.Arbitrary<NonNullCell> =
      name === 'a' ? fc.bigInt({ min: -2n, max: 2n }) : fc.constantFrom('', 'a', 'ab', 'b', 'ÿ', 'ž');
    const compare = fc.constantFrom(eq, ne, gt, gte, lt, lte);
    return fc.oneof(
      fc.tuple(compare, value).map(([make, wanted]) => make(name, wanted)),
      fc.tuple(value, value).map(([low, high]) => between(name, low, high)),
      fc.array(value, { maxLength: 3 }).map((values) => isIn(name, values)),
      fc.constantFrom(isNull(name), isNotNull(name)),
      ...(name === 's' ? [fc.constantFrom('', 'a', 'ÿ').map((text) => startsWith(name, text))] : []),
      ...(name === 's' ? [fc.constantFrom('', 'b').map((text) => contains(name, text))] : []),
    );
  });
  const { node } = fc.letrec<{ node: Predicate }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }).map((terms) => and(terms)),
      fc.array(tie('node'), { maxLength: 3 }).map((terms) => or(terms)),
    ),
  }));

  it('pick the rows that the predicate picks, or are refused', () => {
    const row = fc.tuple(
      fc.option(fc.bigInt({ min: -3n, max: 3n }), { nil: null }),
      fc.option(fc.constantFrom('', 'a', 'abc', 'b', 'ÿ', 'ÿz', 'ž', '\u{10ffff}'), { nil: null }),
    );
    let compiled = 0;
    fc.assert(
      fc.property(node, fc.array(row, { minLength: 8, maxLength: 8 }), (predicate, rows) => {
        const groups = groupsOrRefusal(predicate);
        if (groups === 'refused') return;
        compiled += 1;
        const filter = compileFilter(predicate, ['a', 's']);
        const ours = (cells: Cell[]): boolean =>
          groups?.every((group) => group.some((test) => holds(test, { a: cells[0] ?? null, s: cells[1] ?? null }))) ??
          false;
        for (const cells of rows) expect(ours(cells)).toBe(filter(cells));
        for (const group of groups ?? []) expect(new Set(group.map((test) => test.column)).size).toBe(1);
      }),
      { numRuns: 1000 },
    );
    expect(compiled).toBeGreaterThan(500);
  });

  function groupsOrRefusal(predicate: Predicate): ReturnType<typeof toGroups> | 'refused' {
    try {
      return toGroups(predicate);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'invalid' });
      return 'refused';
    }
  }

  /** What the cluster makes of a test, as the recordings show it. */
  function holds(test: Test, row: Readonly<Record<string, Cell>>): boolean {
    const cell = row[test.column] ?? null;
    if (test.op === 'range') return test.bounds.every((bound) => holds(bound, row));
    if (!('value' in test)) return (cell === null) === (test.op === 'is_null');
    if (cell === null) return false;
    if (test.op === 'match_substring') return (cell as string).includes(test.value as string);
    const order =
      test.value instanceof TextBytes
        ? Buffer.compare(Buffer.from(cell as string), test.value.utf8)
        : compareValues(cell, test.value);
    return {
      equal: order === 0,
      not_equal: order !== 0,
      less: order < 0,
      less_equal: order <= 0,
      greater: order > 0,
      greater_equal: order >= 0,
    }[test.op];
  }

  it('keep the two bounds of a range together within an OR', () => {
    const ranges = Array.from({ length: 20 }, (_, n) => and([gte('a', BigInt(n * 10)), lt('a', BigInt(n * 10 + 5))]));
    expect(toGroups(or(ranges))).toHaveLength(1);
    expect(toGroups(or(ranges))?.[0]).toHaveLength(20);
  });

  it('are undefined where nothing can be picked, and none where everything is', () => {
    expect(toGroups(or([]))).toBeUndefined();
    expect(toGroups(and([eq('a', 1n), isIn('s', [])]))).toBeUndefined();
    expect(toGroups({ op: 'in', column: 'a', values: [] })).toBeUndefined();
    expect(toGroups(and([]))).toEqual([]);
  });

  it.each<[string, Predicate]>([
    ['an OR over two columns', or([eq('a', 1n), eq('s', 'x')])],
    ['a negation', { op: 'not', term: eq('a', 1n) }],
    ['a subquery', inSelect('a', { table: 't', column: 'a' })],
    ['a node that is none', { op: 'like', column: 's', text: 'x' } as unknown as Predicate],
    [
      'what would multiply without end',
      or(Array.from({ length: 9 }, () => and([ne('a', 1n), ne('a', 2n), ne('a', 3n)]))),
    ],
  ])('refuse %s', (_, predicate) => {
    expect(() => toGroups(predicate)).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
  });
});

describe('the relation of a query', () => {
  it('has the projected columns first, the row ids last of them, then those of the filter', () => {
    const { schema, projection, filter } = relationOf(and([eq('s', 'x'), gt('a', 1n)]), ['v', 'a', '$row_id']);
    expect(schema.map(({ name, type }) => [name, type])).toEqual([
      ['v', 'fixed_size_list[2]'],
      ['a', 'int64'],
      ['$row_id', 'decimal'],
      ['s', 'utf8'],
    ]);
    expect(projection).toEqual([1, 2, 3]);
    expect(filter).toMatchObject({
      args: [{ args: [{ args: [{ field: 4, name: 's' }, { value: 'x' }] }] }, { args: [{ args: [{ field: 2 }, {}] }] }],
    });
  });

  it('writes the end of a prefix as bytes', () => {
    expect(JSON.stringify(relationOf(startsWith('s', 'ÿ')).filter)).toContain('"base64":"w8A="');
  });

  it('shares what its literals have in common: a thousand values stay small', () => {
    const ids = Array.from({ length: 1000 }, () => crypto.randomUUID());
    const groups = toGroups(isIn('s', ids)) ?? [];
    const relation = encodeRelation({ projected: [], columns: COLUMNS, groups });
    expect(relation.length).toBeLessThan(1000 * 160);
    expect(JSON.stringify(decodeRelation(relation))).toContain(ids[999]);
  });

  it.each<[string, Predicate]>([
    ['an unknown column', eq('nope', 1n)],
    ['the ids of rows', eq('$row_id', 1n)],
    ['a number for a bigint', eq('a', 1)],
    ['a bigint that is too large', eq('a', 2n ** 63n)],
    ['bytes for a text', eq('s', new Uint8Array(1))],
    ['a text for a number', eq('f', 'x')],
    ['no number', eq('f', NaN)],
    ['a vector of another length', eq('v', new Float32Array(3))],
    ['the order of vectors', lt('v', new Float32Array(2))],
    ['a text within a number', contains('a', 'x')],
    ['the beginning of a number', startsWith('a', 'x')],
    [
      'more than a request may hold',
      isIn(
        's',
        Array.from({ length: 60 }, (_, n) => `${n}${'x'.repeat(100_000)}`),
      ),
    ],
  ])('refuses %s', (_, predicate) => {
    expect(() => relationOf(predicate)).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
  });
});

import fc from 'fast-check';

import type { Cell, ColumnDefinition } from '../../../src/vastdb/engine.ts';
import {
  and,
  between,
  contains,
  eq,
  gt,
  gte,
  isIn,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  startsWith,
} from '../../../src/vastdb/predicate/builder.ts';
import type { NonNullCell, Predicate } from '../../../src/vastdb/predicate/predicate.ts';

/** Columns of the generated rows: few values, so that predicates pick some of them. */
export const COLUMNS: readonly ColumnDefinition[] = [
  { name: 'id', type: 'string', required: true },
  { name: 'time', type: 'int64', required: true },
  { name: 'size', type: 'int64' },
  { name: 'score', type: 'float64' },
  { name: 'label', type: 'string' },
];
export const COLUMN_NAMES = COLUMNS.map((column) => column.name);

const times = fc.bigInt({ min: -6n, max: 6n });
const sizes = fc.bigInt({ min: -3n, max: 3n });
const scores = fc.constantFrom(-1.5, 0, 2.25, 7);
// U+FF5E comes before U+1F600 by code points, and after it by UTF-16 units.
const labels = fc.constantFrom('', 'a', 'ab', 'b', 'Ab', '%', 'é', '～', '😀', '～a', '😀a');

const orNull = <T extends Cell>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { freq: 4 });

/** Cells of all columns but `id`. */
export const cells: fc.Arbitrary<Cell[]> = fc
  .tuple(times, orNull(sizes), orNull(scores), orNull(labels))
  .map((tuple): Cell[] => tuple);

export const rows: fc.Arbitrary<Cell[][]> = fc
  .array(cells, { maxLength: 40 })
  .map((list) => list.map((rest, index) => [`row-${String(index).padStart(3, '0')}`, ...rest]));

function leavesOf(column: string, values: fc.Arbitrary<NonNullCell>): fc.Arbitrary<Predicate> {
  const comparisons = [eq, ne, gt, gte, lt, lte].map((build) => values.map((value) => build(column, value)));
  return fc.oneof(
    ...comparisons,
    fc.array(values, { maxLength: 4 }).map((list) => isIn(column, list)),
    fc.tuple(values, values).map(([low, high]) => between(column, low, high)),
    fc.constantFrom(isNull(column), isNotNull(column)),
  );
}

const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  leavesOf('time', times),
  leavesOf('size', sizes),
  leavesOf('score', scores),
  leavesOf('label', labels),
  labels.chain((text) => fc.constantFrom(contains('label', text), startsWith('label', text))),
);

export const predicates: fc.Arbitrary<Predicate> = fc.letrec<{ tree: Predicate }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }).map(and),
    fc.array(tie('tree'), { maxLength: 3 }).map(or),
    tie('tree').map(not),
  ),
})).tree;

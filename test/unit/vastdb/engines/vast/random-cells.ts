import fc from 'fast-check';
import type { Cell } from '../../../../../src/vastdb/engine.ts';
import type { WireColumn } from '../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';

/** Columns of every type that a table may have, the ids of rows among them. */
export const COLUMNS: readonly WireColumn[] = [
  { name: 's', type: 'string', nullable: true, dimension: 0 },
  { name: 'l', type: 'int64', nullable: true, dimension: 0 },
  { name: 'i', type: 'int32', nullable: true, dimension: 0 },
  { name: 'f', type: 'float64', nullable: true, dimension: 0 },
  { name: 'b', type: 'bool', nullable: true, dimension: 0 },
  { name: 'raw', type: 'binary', nullable: true, dimension: 0 },
  { name: 'v', type: 'vector', nullable: true, dimension: 3 },
  { name: 'r', type: 'rowId', nullable: false, dimension: 0 },
  { name: 'w', type: 'sortedRowId', nullable: false, dimension: 0 },
];

const CELLS: Readonly<Record<WireColumn['type'], fc.Arbitrary<Exclude<Cell, null>>>> = {
  string: fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', 'žluťoučký kůň', '👩‍👩‍👧‍👦🎬', '\0', '\u{10ffff}', 'x'.repeat(70_000)),
  ),
  int64: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, 2n ** 53n + 1n),
  ),
  int32: fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)),
  // Only read: see foreign-schema.ts.
  float32: fc.constant(0),
  timestamp: fc.constant(0n),
  float64: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(-0, Infinity, -Infinity, 5e-324)),
  bool: fc.boolean(),
  binary: fc.oneof(fc.uint8Array(), fc.constant(new Uint8Array(90_000).fill(255))),
  vector: fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true }),
  rowId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sortedRowId: fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
};

export function cellsOf({ type, nullable }: WireColumn): fc.Arbitrary<Cell> {
  return nullable ? fc.option(CELLS[type], { nil: null, freq: 4 }) : CELLS[type];
}

export function rowsOf(columns: readonly WireColumn[], maxLength = 40): fc.Arbitrary<Cell[][]> {
  return fc.array(fc.tuple(...columns.map(cellsOf)), { minLength: 1, maxLength });
}

import type { Cell } from '../cell.ts';
import { TableError } from '../table-error.ts';

/** A cell that is too large for the engine, with its place, so that its owner can name the property. */
export class CellTooLarge extends TableError {
  readonly table: string;
  readonly column: string;
  readonly bytes: number;
  readonly maxBytes: number;
  // Not enumerable: the cell is large, and its content must not be logged.
  readonly #cell: Cell;

  constructor(table: string, column: string, cell: Cell, bytes: number, maxBytes: number) {
    super(
      'too_large',
      `column ${column} of table ${table}: a cell has ${bytes} bytes; at most ${maxBytes} can be kept`,
    );
    this.table = table;
    this.column = column;
    this.bytes = bytes;
    this.maxBytes = maxBytes;
    this.#cell = cell;
  }

  get cell(): Cell {
    return this.#cell;
  }
}

/** @throws CellTooLarge for the first cell of more than `maxBytes`. */
export function checkCellSizes(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  maxBytes: number,
): void {
  for (const row of rows) {
    for (let position = 0; position < row.length; position++) {
      const cell = row[position] ?? null;
      const bytes = cellBytes(cell, maxBytes);
      if (bytes > maxBytes) throw new CellTooLarge(table, columns[position] ?? '', cell, bytes, maxBytes);
    }
  }
}

/** Bytes of a cell: exact if they exceed `maxBytes`, otherwise perhaps too few. */
export function cellBytes(cell: Cell, maxBytes: number): number {
  // A UTF-16 unit takes three bytes of UTF-8 at most: short texts need not be measured.
  if (typeof cell === 'string') return cell.length * 3 <= maxBytes ? 0 : Buffer.byteLength(cell);
  return typeof cell === 'object' && cell !== null ? cell.byteLength : 0;
}

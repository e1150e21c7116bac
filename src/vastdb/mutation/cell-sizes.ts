import type { Cell } from '../cell.ts';
import { TableError } from '../table-error.ts';

/** A cell that the engine does not take: which one, so that its owner can say what is too long in it. */
export class CellTooLarge extends TableError {
  readonly table: string;
  readonly column: string;
  readonly bytes: number;
  readonly maxBytes: number;
  // Not enumerable: it is as large as that, and what it holds is not for the log.
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
  // A UTF-16 unit takes three bytes of UTF-8 at most: short texts need not be measured.
  const surelySmall = Math.floor(maxBytes / 3);
  for (const row of rows) {
    for (let position = 0; position < row.length; position++) {
      const cell = row[position] ?? null;
      const bytes = sizeOf(cell, surelySmall);
      if (bytes > maxBytes) throw new CellTooLarge(table, columns[position] ?? '', cell, bytes, maxBytes);
    }
  }
}

/** In bytes; of short texts just that they are small. */
function sizeOf(cell: Cell, surelySmall: number): number {
  if (typeof cell === 'string') return cell.length <= surelySmall ? 0 : Buffer.byteLength(cell);
  return typeof cell === 'object' && cell !== null ? cell.byteLength : 0;
}

import type { Cell, ColumnDefinition, RowId } from '../engine.ts';
import type { NonNullCell } from '../predicate/predicate.ts';
import { TableError } from '../table-error.ts';

/** The key by which a table's rows are found. */
export interface KeyedTable {
  readonly name: string;
  /** The sort key's columns; empty for a table whose rows have a number of the engine's. */
  readonly key: readonly ColumnDefinition[];
}

/** The engine's own number of a row, in tables without a sort key. */
export const ROW_NUMBER: ColumnDefinition = Object.freeze({ name: '_rowid_', type: 'int64', required: true });

/** The columns by which a row is found: those of its sort key, or the engine's number. */
export function rowIdColumns({ key }: KeyedTable): readonly ColumnDefinition[] {
  return key.length === 0 ? [ROW_NUMBER] : key;
}

/**
 * The row id of a row that is found by its sort key: the key's cells, each as text after its
 * length. Cells are in the order of the key.
 */
export function encodeKey(cells: readonly Cell[]): string {
  let id = '';
  for (const cell of cells) {
    const text = keyText(cell);
    id += `${text.length}:${text}`;
  }
  return id;
}

/**
 * The cells that find the row of an id, in the order of the key; one number for a table without key.
 *
 * @throws TableError `invalid` for an id of another table.
 */
export function rowIdCells(shape: KeyedTable, id: RowId): NonNullCell[] {
  if (shape.key.length === 0) {
    if (typeof id === 'bigint') return [id];
    throw foreign(shape);
  }
  if (typeof id !== 'string') throw foreign(shape);
  const cells: NonNullCell[] = [];
  let at = 0;
  for (const column of shape.key) {
    const colon = id.indexOf(':', at);
    const length = Number(id.slice(at, colon));
    if (colon < 0 || !Number.isSafeInteger(length)) throw foreign(shape);
    at = colon + 1 + length;
    if (at > id.length) throw foreign(shape);
    cells.push(keyCell(shape, column, id.slice(colon + 1, at)));
  }
  if (at !== id.length) throw foreign(shape);
  return cells;
}

function keyText(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell);
}

function keyCell(shape: KeyedTable, column: ColumnDefinition, text: string): NonNullCell {
  switch (column.type) {
    case 'string':
      return text;
    case 'int64':
      if (!/^-?\d+$/.test(text)) throw foreign(shape);
      return BigInt(text);
    case 'int32':
    case 'float64':
      return Number(text);
    case 'bool':
      return text === 'true';
    case 'binary':
      return Buffer.from(text, 'hex');
    case 'vector':
      throw foreign(shape);
  }
}

function foreign(shape: KeyedTable): TableError {
  return new TableError('invalid', `This row id is not one of table ${shape.name}.`);
}

import type { Cell, ColumnDefinition } from '../engine.ts';
import { TableError } from '../table-error.ts';

/** @throws TableError `invalid` for a cell that is not of the column's type; it names table and column, and no text of a client. */
export function checkCell(table: string, column: ColumnDefinition, cell: NonNullable<Cell>): void {
  if (isOfType(column, cell)) return;
  throw new TableError('invalid', `${table}.${column.name} takes ${nounOf(column)}, not ${describe(cell)}.`);
}

function isOfType({ type, dimension }: ColumnDefinition, cell: NonNullable<Cell>): boolean {
  switch (type) {
    case 'string':
      return typeof cell === 'string';
    case 'int64':
      return typeof cell === 'bigint' && BigInt.asIntN(64, cell) === cell;
    case 'int32':
      return typeof cell === 'number' && (cell | 0) === cell;
    case 'float64':
      // SQLite has no NaN: it would silently become null.
      return typeof cell === 'number' && !Number.isNaN(cell);
    case 'bool':
      return typeof cell === 'boolean';
    case 'binary':
      return cell instanceof Uint8Array;
    case 'vector':
      return cell instanceof Float32Array && cell.length === dimension;
  }
}

/** The elements as float32, little-endian: how engines without vectors of their own keep them. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.byteLength);
  const view = new DataView(bytes.buffer);
  for (const [index, element] of vector.entries()) view.setFloat32(index * 4, element, true);
  return bytes;
}

/** Reads what `vectorBytes` wrote. */
export function vectorOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array(bytes.byteLength / 4);
  for (let index = 0; index < vector.length; index++) vector[index] = view.getFloat32(index * 4, true);
  return vector;
}

function nounOf(column: ColumnDefinition): string {
  switch (column.type) {
    case 'string':
      return 'a string';
    case 'int64':
      return 'a bigint of 64 bits';
    case 'int32':
      return 'a whole number of 32 bits';
    case 'float64':
      return 'a number that is not NaN';
    case 'bool':
      return 'a boolean';
    case 'binary':
      return 'a Uint8Array';
    case 'vector':
      return `a Float32Array of ${column.dimension ?? 0} elements`;
  }
}

function describe(cell: NonNullable<Cell>): string {
  if (cell instanceof Float32Array) return `a Float32Array of ${cell.length} elements`;
  if (cell instanceof Uint8Array) return 'a Uint8Array';
  return typeof cell === 'bigint' || typeof cell === 'number'
    ? `the ${typeof cell} ${cell.toString()}`
    : `a ${typeof cell}`;
}

import type { SQLInputValue } from 'node:sqlite';
import type { Cell, ColumnDefinition, RowId } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import type { TableShape } from './catalogue.ts';
import { encodeCell } from './column-types.ts';

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
 * The values that find the row of an id, in the order of the key; one number for a table without key.
 *
 * @throws TableError `invalid` for an id of another table.
 */
export function rowIdValues(shape: TableShape, id: RowId): SQLInputValue[] {
  if (shape.key.length === 0) {
    if (typeof id === 'bigint') return [id];
    throw foreign(shape);
  }
  if (typeof id !== 'string') throw foreign(shape);
  const values: SQLInputValue[] = [];
  let at = 0;
  for (const column of shape.key) {
    const colon = id.indexOf(':', at);
    const length = Number(id.slice(at, colon));
    if (colon < 0 || !Number.isSafeInteger(length)) throw foreign(shape);
    at = colon + 1 + length;
    if (at > id.length) throw foreign(shape);
    values.push(encodeCell(shape.name, column, keyCell(shape, column, id.slice(colon + 1, at))));
  }
  if (at !== id.length) throw foreign(shape);
  return values;
}

function keyText(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell);
}

function keyCell(shape: TableShape, column: ColumnDefinition, text: string): Cell {
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

function foreign(shape: TableShape): TableError {
  return new TableError('invalid', `This row id is not one of table ${shape.name}.`);
}

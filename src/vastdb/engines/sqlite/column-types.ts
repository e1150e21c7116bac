import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Cell, ColumnDefinition, ColumnType } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { checkCell, vectorBytes, vectorOf } from '../cells.ts';

/**
 * Type names as they stand in CREATE TABLE. Each of them has the affinity that its cells need
 * (https://www.sqlite.org/datatype3.html, 3.1), and each tells its type back after a restart.
 */
const declaredNames: Record<ColumnType, string> = {
  string: 'TEXT',
  int64: 'INT64',
  int32: 'INT32',
  float64: 'FLOAT64',
  bool: 'BOOL',
  binary: 'BLOB',
  vector: 'VECTOR_BLOB',
};

const typesByDeclaredName = new Map(Object.entries(declaredNames).map(([type, name]) => [name, type as ColumnType]));

/** `VECTOR_BLOB(384)` for a vector of 384 elements, a bare name for every other type. */
export function declaredType(column: ColumnDefinition): string {
  const name = declaredNames[column.type];
  if (column.type !== 'vector') return name;
  const { dimension } = column;
  if (dimension === undefined || !Number.isSafeInteger(dimension) || dimension < 1) {
    throw new TableError('invalid', `The vector column ${column.name} needs a dimension of at least 1.`);
  }
  return `${name}(${dimension})`;
}

/** Reads what `declaredType` wrote; undefined for a type that is none of ours. */
export function parseDeclaredType(declared: string): Pick<ColumnDefinition, 'type' | 'dimension'> | undefined {
  const [, name = '', dimension] = /^(\w+)(?:\((\d+)\))?$/.exec(declared) ?? [];
  const type = typesByDeclaredName.get(name);
  if (type === undefined) return undefined;
  return dimension === undefined ? { type } : { type, dimension: Number(dimension) };
}

/**
 * The cell as SQLite keeps it. SQLite itself takes any value in any column, so types are checked here.
 *
 * @throws TableError `invalid` naming table and column for a cell of another type.
 */
export function encodeCell(table: string, column: ColumnDefinition, cell: Cell): SQLInputValue {
  if (cell === null) return null;
  checkCell(table, column, cell);
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  return cell instanceof Float32Array ? vectorBytes(cell) : cell;
}

type Decoder = (value: SQLOutputValue) => Cell;

/** How a type's cells are turned back; undefined where SQLite's own value is the cell already. */
export function decoderOf(type: ColumnType): Decoder | undefined {
  return decoders[type];
}

// Statements read integers as bigint, which is what int64 wants.
const decoders: Partial<Record<ColumnType, Decoder>> = {
  int32: (value) => (value === null ? null : Number(value)),
  bool: (value) => (value === null ? null : value === 1n),
  vector: (value) => (value instanceof Uint8Array ? vectorOf(value) : null),
};

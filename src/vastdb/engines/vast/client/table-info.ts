import type { ColumnDefinition } from '../../../engine.ts';
import { TableError } from '../../../table-error.ts';
import { type WireColumn, wireColumn } from '../protocol/wire-column.ts';

/** The properties of a table that requests need. */
export interface TableInfo {
  readonly name: string;
  /** As `Columns.list` gives them. */
  readonly columnsByName: ReadonlyMap<string, ColumnDefinition>;
  /** Columns of a table of somebody else, which are only read. */
  readonly readOnly?: ReadonlyMap<string, WireColumn>;
  /** The columns that its rows are sorted by; empty for a table that is not sorted. */
  readonly sortKey: readonly string[];
}

/** Rows of sorted tables have longer ids. */
export const isSorted = ({ sortKey }: TableInfo): boolean => sortKey.length > 0;

/** @throws TableError `invalid` where the table has no such column. */
export function columnOf(table: TableInfo, name: string): WireColumn {
  const readOnly = table.readOnly?.get(name);
  if (readOnly !== undefined) return readOnly;
  const column = table.columnsByName.get(name);
  if (column === undefined) throw new TableError('invalid', `The table ${table.name} has no column ${name}.`);
  return wireColumn(column);
}

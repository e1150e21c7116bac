import type { ColumnDefinition, ColumnType } from '../../../engine.ts';

/** The column that every table has without being asked; never among the table's own columns. */
export const ROW_ID = '$row_id';

/**
 * `rowId` is a uint64; `sortedRowId` a decimal128(38, 0), as the longer row ids of sorted tables are. Both are bigint here.
 * Columns of the last two types are only read: no table of ours has any.
 */
export type WireType = ColumnType | 'rowId' | 'sortedRowId' | 'float32' | 'timestamp';

/** A column as it stands in a schema on the wire. */
export interface WireColumn {
  readonly name: string;
  readonly type: WireType;
  readonly nullable: boolean;
  /** For vectors the number of float32 elements; for timestamps Arrow's number of their unit; 0 for every other type. */
  readonly dimension: number;
  /** Only for timestamps that have one. */
  readonly timezone?: string;
}

/** A column that is `required` is one whose field is not nullable. */
export function wireColumn({ name, type, required, dimension }: ColumnDefinition): WireColumn {
  return { name, type, nullable: required !== true, dimension: type === 'vector' ? (dimension ?? 0) : 0 };
}

export function rowIdColumn(isSortedTable: boolean): WireColumn {
  return { name: ROW_ID, type: isSortedTable ? 'sortedRowId' : 'rowId', nullable: true, dimension: 0 };
}

/** Columns as they are created: all nullable, which every cluster accepts. Writers check the required ones. */
export function nullableColumns(columns: readonly ColumnDefinition[]): WireColumn[] {
  return columns.map((column) => ({ ...wireColumn(column), nullable: true }));
}

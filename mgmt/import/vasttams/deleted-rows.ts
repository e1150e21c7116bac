import type { Row } from '../../../src/vastdb/engine.ts';
import { textOf } from '../../../src/vastdb/foreign/cells.ts';

/** Whether an earlier system has marked the row as deleted, and not restored it. */
export function isDeleted(row: Row): boolean {
  const { deleted } = row;
  if (deleted !== null && deleted !== undefined) return /^(?:true|t|1)$/i.test(String(deleted));
  return ['deleted_at', 'deleted_date'].some((column) => textOf(row, column) !== undefined);
}

export const DELETED_COLUMNS = ['deleted', 'deleted_at', 'deleted_date'];
export const DELETED = 'deleted there';

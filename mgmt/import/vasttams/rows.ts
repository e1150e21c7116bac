import type { Row } from '../../../src/vastdb/engine.ts';
import { textOf } from '../../../src/vastdb/foreign/cells.ts';
import { rowsOf } from '../../../src/vastdb/foreign/foreign-tables.ts';

/** Rows of a transaction. */
const BATCH_ROWS = 4000;

/** As `rowsOf`, at most so many rows at a time as a transaction takes. */
export async function* batchesOf(...asked: Parameters<typeof rowsOf>): AsyncGenerator<readonly Row[]> {
  for await (const page of rowsOf(...asked)) {
    for (let start = 0; start < page.length; start += BATCH_ROWS) yield page.slice(start, start + BATCH_ROWS);
  }
}

/** Whether an earlier system has marked the row as deleted, and not restored it. */
export function isDeleted(row: Row): boolean {
  const { deleted } = row;
  if (deleted !== null && deleted !== undefined) return /^(?:true|t|1)$/i.test(String(deleted));
  return ['deleted_at', 'deleted_date'].some((column) => textOf(row, column) !== undefined);
}

export const DELETED_COLUMNS = ['deleted', 'deleted_at', 'deleted_date'];
export const DELETED = 'deleted there';

import type { Cell, RowId } from '../engine.ts';
import type { ManagedTransaction } from '../managed-transaction.ts';
import { and, eq, isIn, or } from '../predicate/builder.ts';
import { cellKey } from '../predicate/compare.ts';
import type { NonNullCell, Predicate } from '../predicate/predicate.ts';
import { TableError } from '../table-error.ts';
import type { BatchRows, BatchUnit } from './batch-insert.ts';
import { hasLedgerEntry, removeLedgerEntries } from './batch-ledger.ts';
import type { CleanupReport } from './batch-report.ts';

/** Rows that are looked for at once. */
const LOOKUP_ROWS = 200;

/**
 * Deletes the rows of one transaction of a batch insert, where the ledger says that it was committed. A row is found by
 * its unique key, and deleted only if all cells are still those that the call wrote: changes by others are kept.
 * `unset` are the columns of the table that the call gave no values for.
 */
export async function cleanUpUnit(
  tx: ManagedTransaction,
  batch: BatchRows,
  key: readonly string[] | undefined,
  unset: readonly string[],
  unit: BatchUnit,
): Promise<CleanupReport> {
  if (!(await hasLedgerEntry(tx, unit.entryId))) return { rowsDeleted: 0, rowsKept: 0, rowsMissing: 0 };
  checkKey(batch, key);
  const noValues = unset.map(() => null);
  const deleted: RowId[] = [];
  let found = 0;
  for (let start = unit.startRow; start < unit.endRow; start += LOOKUP_ROWS) {
    const written = batch.rows.slice(start, Math.min(unit.endRow, start + LOOKUP_ROWS));
    const present = await tx.select({
      table: batch.table,
      columns: [...batch.columns, ...unset],
      where: keyPredicate(batch.columns, key, written),
      rowIds: true,
    });
    const unchanged = new Set(written.map((cells) => rowKey([...cells, ...noValues])));
    found += present.rows.length;
    for (const [index, cells] of present.rows.entries()) {
      const id = present.rowIds[index];
      if (id !== undefined && unchanged.has(rowKey(cells))) deleted.push(id);
    }
  }
  await tx.deleteByRowIds(batch.table, deleted);
  await removeLedgerEntries(tx, [unit.entryId]);
  const count = unit.endRow - unit.startRow;
  return { rowsDeleted: deleted.length, rowsKept: found - deleted.length, rowsMissing: count - found };
}

/**
 * Checks that rows which a failed call leaves behind could be found again.
 *
 * @throws TableError `invalid` where the table has no unique key, or a row has no value for it.
 */
export function checkKey(batch: BatchRows, key: readonly string[] | undefined): asserts key is readonly string[] {
  if (key === undefined) {
    throw new TableError(
      'invalid',
      `table ${batch.table} has no unique key by which the rows of a failed call could be found; pass atomic: true`,
    );
  }
  const positions = key.map((column) => batch.columns.indexOf(column));
  if (batch.rows.some((row) => positions.some((position) => (row[position] ?? null) === null))) {
    throw new TableError(
      'invalid',
      `every row for table ${batch.table} needs a value for ${key.join(', ')}, its unique key; or pass atomic: true`,
    );
  }
}

function rowKey(cells: readonly Cell[]): string {
  return JSON.stringify(cells.map(cellKey));
}

/** Rows that agree in all key columns but the last share a term, since such rows are often written together. */
function keyPredicate(
  columns: readonly string[],
  key: readonly string[],
  rows: readonly (readonly Cell[])[],
): Predicate {
  const groups = new Map<string, { readonly prefix: Predicate[]; readonly values: NonNullCell[] }>();
  const positions = key.map((column) => columns.indexOf(column));
  for (const row of rows) {
    const cells = positions.map((position) => row[position] ?? null).filter((cell) => cell !== null);
    const last = cells.at(-1);
    const shared = cells.slice(0, -1);
    if (last === undefined) continue;
    const name = rowKey(shared);
    let group = groups.get(name);
    if (group === undefined) {
      group = { prefix: shared.map((cell, index) => eq(key[index] ?? '', cell)), values: [] };
      groups.set(name, group);
    }
    group.values.push(last);
  }
  const column = key.at(-1) ?? '';
  return or([...groups.values()].map(({ prefix, values }) => and([...prefix, isIn(column, values)])));
}

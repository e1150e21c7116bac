import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import type { RowId } from '../../src/vastdb/engine.ts';
import { eq } from '../../src/vastdb/predicate/builder.ts';
import { defineTable } from '../../src/vastdb/schema/define-table.ts';
import { FILLING_TABLES } from '../../src/vastdb/schema/half-filled.ts';
import type { TableSum } from './table-sum.ts';

const ledger = (name: string) =>
  defineTable({
    name,
    doc: 'Progress of a command that fills these tables.',
    columns: [
      { name: 'table_name', type: 'string', required: true },
      { name: 'row_count', type: 'int64', required: true },
      { name: 'checksum', type: 'string', required: true },
    ],
    indexes: [{ columns: ['table_name'], unique: true }],
    internal: true,
    docs: { table_name: 'The table.', row_count: 'Rows that were copied.', checksum: 'Checksum of these rows.' },
  });

/**
 * The progress of a command that fills tables, kept beside them: each row is written in the transaction of the batch that
 * it counts. The table exists from before the first batch until everything was compared: no server starts on these tables
 * meanwhile.
 */
export type FillLedger = ReturnType<typeof ledger>;

export const MIGRATION_LEDGER: FillLedger = ledger(FILLING_TABLES.migration);
export const RESTORE_LEDGER: FillLedger = ledger(FILLING_TABLES.restore);

/** Progress of filling a table; undefined before the first row. */
export async function readProgress(
  reader: ManagedReader,
  notes: FillLedger,
  table: string,
): Promise<(TableSum & { readonly rowId: RowId | undefined }) | undefined> {
  const { rows, rowIds } = await reader.select({
    table: notes,
    columns: ['row_count', 'checksum'],
    where: eq('table_name', table),
    rowIds: true,
  });
  const [row] = rows;
  return row === undefined ? undefined : { rows: Number(row[0]), checksum: row[1], rowId: rowIds[0] };
}

/** Notes the rows that a table has, in the transaction that inserts the last of them. */
export async function writeProgress(
  tx: ManagedTransaction,
  notes: FillLedger,
  table: string,
  { rows, checksum }: TableSum,
  rowId: RowId | undefined,
): Promise<void> {
  const cells = [BigInt(rows), checksum] as const;
  const columns = ['row_count', 'checksum'] as const;
  if (rowId === undefined) await tx.insertArrays(notes, ['table_name', ...columns], [[table, ...cells]]);
  else await tx.updateByRowIds(notes, [rowId], columns, [cells]);
}

import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import type { RowId } from '../../src/vastdb/engine.ts';
import { eq } from '../../src/vastdb/predicate/builder.ts';
import { defineTable } from '../../src/vastdb/schema/define-table.ts';
import { FILLING_TABLES } from '../../src/vastdb/schema/half-filled.ts';
import type { TableSum } from '../tables/table-sum.ts';

/**
 * How far a migration has come, kept in its target: each row is written in the transaction of the batch that it counts.
 * The table is there from before the first batch until everything was compared: no server starts on these tables meanwhile.
 */
export const MIGRATION_LEDGER = defineTable({
  name: FILLING_TABLES.migration,
  doc: 'How far a migration into these tables has come.',
  columns: [
    { name: 'table_name', type: 'string', required: true },
    { name: 'row_count', type: 'int64', required: true },
    { name: 'checksum', type: 'string', required: true },
  ],
  indexes: [{ columns: ['table_name'], unique: true }],
  internal: true,
  docs: { table_name: 'The table.', row_count: 'Rows that were copied.', checksum: 'Checksum of these rows.' },
});

/** Progress of copying a table; undefined before the first row. */
export async function readProgress(
  reader: ManagedReader,
  table: string,
): Promise<(TableSum & { readonly rowId: RowId | undefined }) | undefined> {
  const { rows, rowIds } = await reader.select({
    table: MIGRATION_LEDGER,
    columns: ['row_count', 'checksum'],
    where: eq('table_name', table),
    rowIds: true,
  });
  const [row] = rows;
  return row === undefined ? undefined : { rows: Number(row[0]), checksum: row[1], rowId: rowIds[0] };
}

/** Writes down what was copied, in the transaction that copies it. */
export async function writeProgress(
  tx: ManagedTransaction,
  table: string,
  { rows, checksum }: TableSum,
  rowId: RowId | undefined,
): Promise<void> {
  const cells = [BigInt(rows), checksum] as const;
  const columns = ['row_count', 'checksum'] as const;
  if (rowId === undefined) await tx.insertArrays(MIGRATION_LEDGER, ['table_name', ...columns], [[table, ...cells]]);
  else await tx.updateByRowIds(MIGRATION_LEDGER, [rowId], columns, [cells]);
}

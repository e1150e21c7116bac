import type { ManagedReader } from '../managed-reader.ts';
import type { ManagedTransaction } from '../managed-transaction.ts';
import { eq, isIn } from '../predicate/builder.ts';
import { defineTable } from '../schema/define-table.ts';

/**
 * The ledger records committed transactions of batch inserts: each writes its entry together with its rows, so that
 * after a failure during a commit the entry tells the outcome. A call that succeeds removes its entries; those of a
 * call that failed stay until it is cleaned up.
 */
export const BATCH_LEDGER = defineTable({
  name: '_batches',
  doc: 'Batches that are being written: tells after a crash whether one was.',
  columns: [
    { name: 'entry_id', type: 'string', required: true },
    { name: 'table_name', type: 'string', required: true },
    { name: 'row_count', type: 'int64', required: true },
    { name: 'written_ns', type: 'int64', required: true },
  ],
  sortKey: ['entry_id'],
  internal: true,
  docs: {
    entry_id: 'Id of the batch.',
    table_name: 'Table that it writes to.',
    row_count: 'Rows of the batch.',
    written_ns: 'When it was written, since 1970.',
  },
});

const REMOVED_AT_ONCE = 1000;

export async function addLedgerEntry(
  tx: ManagedTransaction,
  entryId: string,
  table: string,
  rowCount: number,
): Promise<void> {
  // An earlier attempt whose commit is still under way must not take effect beside this one.
  await tx.lock([`batch:${entryId}`]);
  await tx.insert(BATCH_LEDGER, [
    {
      entry_id: entryId,
      table_name: table,
      row_count: BigInt(rowCount),
      written_ns: BigInt(Date.now()) * 1_000_000n,
    },
  ]);
}

export async function hasLedgerEntry(reader: ManagedReader, entryId: string): Promise<boolean> {
  return (await reader.count(BATCH_LEDGER, eq('entry_id', entryId))) > 0;
}

export async function removeLedgerEntries(tx: ManagedTransaction, entryIds: readonly string[]): Promise<void> {
  for (let start = 0; start < entryIds.length; start += REMOVED_AT_ONCE) {
    await tx.delete(BATCH_LEDGER, isIn('entry_id', entryIds.slice(start, start + REMOVED_AT_ONCE)));
  }
}

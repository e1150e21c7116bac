import { BATCH_LEDGER } from '../../src/vastdb/mutation/batch-ledger.ts';
import { and, isIn, lt } from '../../src/vastdb/predicate/builder.ts';
import { checkRows } from './row-check.ts';

/** A call that is under way removes its entries sooner. */
const UNDER_WAY_MS = 3_600_000;

const old = () => lt('written_ns', BigInt(Date.now() - UNDER_WAY_MS) * 1_000_000n);

/** Entries of the ledger from processes that died during a batch insert. */
export const batches = checkRows('batches', 'batch inserts came to their end', {
  table: BATCH_LEDGER.name,
  column: 'entry_id',
  subject: 'batch',
  look: async (reader, keys) => {
    const { rows } = await reader.select({
      table: BATCH_LEDGER,
      columns: ['entry_id', 'table_name', 'row_count'],
      where: and([isIn('entry_id', keys), old()]),
    });
    return new Map(
      rows.map(([id, table, count]) => [
        id,
        `${count} rows of ${table} were written, and whoever wrote them did not come to the end`,
      ]),
    );
  },
  repair: {
    does: 'forgets the batch, and keeps its rows, which are whole',
    mend: async (tx, keys) => {
      await tx.delete(BATCH_LEDGER, isIn('entry_id', keys));
    },
  },
});

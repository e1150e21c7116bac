import { setTimeout as pause } from 'node:timers/promises';
import type { Cell, ColumnBatch } from '../../src/vastdb/engine.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../src/vastdb/table-error.ts';
import { RowChecksum } from '../../src/vastdb/transfer/row-checksum.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { deleteRows } from '../tables/cleanup.ts';
import type { CopiedTable, TableSum } from '../tables/table-sum.ts';
import { readProgress, writeProgress } from './migration-ledger.ts';

/** Rows of a transaction. */
const BATCH_ROWS = 4000;
const ATTEMPTS = 6;
const PAUSE_MS = 200;

/** The rows that were copied are not the first ones of the source any more. */
class OtherRows extends Error {}

/** Somebody else wrote the progress of this table. */
class ProgressMoved extends Error {}

/**
 * Copies the rows of a table that are not in the target yet, batch by batch, each with the progress in one transaction.
 * Where the source gives other rows first than it did before, the table is begun anew.
 *
 * @returns what the table has come to.
 */
export async function copyTable(
  source: VastDBManager,
  target: VastDBManager,
  table: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableSum> {
  await matchProgress(target, table.name);
  for (;;) {
    try {
      return await copyRest(source, target, table, onRows);
    } catch (error) {
      if (!(error instanceof OtherRows)) throw error;
      await beginAnew(target, table.name);
    }
  }
}

/** Begins a table anew whose rows are not those that were counted; @throws where nothing was ever counted. */
async function matchProgress(target: VastDBManager, table: string): Promise<void> {
  const progress = await readProgress(target.reader(), table);
  const rows = await target.reader('background').count(table);
  if (rows === (progress?.rows ?? 0)) return;
  if (progress !== undefined) return beginAnew(target, table);
  throw new Error(
    `The target's table ${table} has ${rows} rows that no migration brought there; \`recreate\` it there.`,
  );
}

async function copyRest(
  source: VastDBManager,
  target: VastDBManager,
  { name, columns }: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableSum> {
  const present = await readProgress(target.reader(), name);
  const copied = present?.rows ?? 0;
  const sum = new RowChecksum();
  for await (const batch of source.reader('background').scan({ table: name, columns, batchRows: BATCH_ROWS })) {
    const skipped = Math.min(batch.rowCount, Math.max(0, copied - sum.rows));
    if (skipped > 0) sum.add(batch, 0, skipped);
    if (sum.rows === copied && sum.value !== (present?.checksum ?? sum.value)) throw new OtherRows();
    if (skipped < batch.rowCount) {
      const before = { rows: sum.rows, checksum: sum.value };
      sum.add(batch, skipped);
      await writeBatch(target, { name, columns }, rowsOf(batch, skipped), before, sum);
    }
    onRows(batch.rowCount);
  }
  if (sum.rows < copied) throw new OtherRows();
  return { rows: sum.rows, checksum: sum.value };
}

/** In once, however its first attempts ended: the progress tells. */
async function writeBatch(
  target: VastDBManager,
  { name, columns }: CopiedTable,
  rows: readonly (readonly Cell[])[],
  before: TableSum,
  sum: RowChecksum,
): Promise<void> {
  const after = { rows: sum.rows, checksum: sum.value };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await target.transaction(
        async (tx) => {
          const progress = await readProgress(tx, name);
          // An earlier attempt was committed after all.
          if (progress?.checksum === after.checksum && progress.rows === after.rows) return;
          if ((progress?.rows ?? 0) !== before.rows) throw new ProgressMoved();
          await tx.insertArrays(name, columns, rows);
          await writeProgress(tx, name, after, progress?.rowId);
        },
        { lane: 'background' },
      );
      return;
    } catch (error) {
      if (error instanceof ProgressMoved) {
        throw new Error(`Another migration writes to ${name} at the same time; let one of them end.`, { cause: error });
      }
      if (!(error instanceof TableError) || !error.retryable || attempt === ATTEMPTS) throw error;
      await pause(PAUSE_MS * 2 ** attempt);
    }
  }
}

const rowsOf = ({ rowCount, columns }: ColumnBatch, start: number): Cell[][] =>
  Array.from({ length: rowCount - start }, (_, row) => columns.map((cells) => cells[start + row] ?? null));

/** The progress goes to nothing first: whoever goes on after an end in the middle finds too many rows, and deletes them. */
async function beginAnew(target: VastDBManager, table: string): Promise<void> {
  const nothing = { rows: 0, checksum: new RowChecksum().value };
  await target.transaction(async (tx) => {
    const progress = await readProgress(tx, table);
    await writeProgress(tx, table, nothing, progress?.rowId);
  });
  await deleteRows(target, table, everyRow(), () => undefined);
}

import type { Cell, ColumnBatch } from '../../src/vastdb/engine.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../src/vastdb/table-error.ts';
import { RowChecksum } from '../../src/vastdb/transfer/row-checksum.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { retry } from '../../src/shared/retry.ts';
import { deleteRows } from './cleanup.ts';
import { type FillLedger, readProgress, writeProgress } from './fill-ledger.ts';
import type { CopiedTable, TableSum } from './table-sum.ts';

/** Rows of a transaction. */
const BATCH_ROWS = 4000;

/** An engine that is gone for some seconds does not end a command that takes hours. */
const RETRIES = {
  attempts: 6,
  baseMs: 400,
  maxMs: 6400,
  jitter: 0.5,
  // Each attempt looks first whether an earlier one was committed.
  isRetryable: (error: unknown) => error instanceof TableError && (error.retryable || error.kind === 'outcome_unknown'),
};

/** The rows that were copied are not the first ones of the source any more. */
class OtherRows extends Error {}

/** The tables to fill, and the notes of how far that is. */
export interface FilledTables {
  readonly manager: VastDBManager;
  readonly ledger: FillLedger;
}

/**
 * Inserts the rows of `source` that the table does not have yet, batch by batch, each with the progress in one
 * transaction. Where the source gives other rows first than it did before, the table is begun anew.
 *
 * @param source reads all rows from the first one on, cells in the order of `table.columns`.
 * @returns the rows that the table has now.
 * @throws where the table has rows although no progress was noted, and where another process fills it.
 */
export async function fillTable(
  source: () => AsyncIterable<ColumnBatch>,
  target: FilledTables,
  table: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableSum> {
  await matchProgress(target, table.name);
  for (;;) {
    try {
      return await fillRest(source(), target, table, onRows);
    } catch (error) {
      if (!(error instanceof OtherRows)) throw error;
      await beginAnew(target, table.name);
    }
  }
}

/** Begins a table anew whose rows are not those that were counted; @throws where nothing was ever counted. */
async function matchProgress(target: FilledTables, table: string): Promise<void> {
  const { manager, ledger } = target;
  const progress = await readProgress(manager.reader(), ledger, table);
  const rows = await manager.reader('background').count(table);
  if (rows === (progress?.rows ?? 0)) return;
  if (progress !== undefined) return beginAnew(target, table);
  throw new Error(
    `The target's table ${table} has ${rows} rows that this command did not bring there; \`recreate\` it there.`,
  );
}

async function fillRest(
  source: AsyncIterable<ColumnBatch>,
  target: FilledTables,
  table: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableSum> {
  const present = await readProgress(target.manager.reader(), target.ledger, table.name);
  const filled = present?.rows ?? 0;
  const sum = new RowChecksum();
  for await (const batch of source) {
    const skipped = Math.min(batch.rowCount, Math.max(0, filled - sum.rows));
    if (skipped > 0) sum.add(batch, 0, skipped);
    if (sum.rows === filled && sum.value !== (present?.checksum ?? sum.value)) throw new OtherRows();
    for (let start = skipped; start < batch.rowCount; start += BATCH_ROWS) {
      const end = Math.min(batch.rowCount, start + BATCH_ROWS);
      const before = sum.rows;
      sum.add(batch, start, end);
      await insertBatch(target, table, rowsOf(batch, start, end), before, { rows: sum.rows, checksum: sum.value });
    }
    onRows(batch.rowCount);
  }
  if (sum.rows < filled) throw new OtherRows();
  return { rows: sum.rows, checksum: sum.value };
}

/** Inserts rows once, however earlier attempts ended: the progress tells whether one was committed. */
async function insertBatch(
  { manager, ledger }: FilledTables,
  { name, columns }: CopiedTable,
  rows: readonly (readonly Cell[])[],
  before: number,
  after: TableSum,
): Promise<void> {
  const insert = (): Promise<void> =>
    manager.transaction(
      async (tx) => {
        const progress = await readProgress(tx, ledger, name);
        if (progress?.checksum === after.checksum && progress.rows === after.rows) return;
        if ((progress?.rows ?? 0) !== before) {
          throw new Error(`Another command fills ${name} at the same time; let one of them end.`);
        }
        await tx.insertArrays(name, columns, rows);
        await writeProgress(tx, ledger, name, after, progress?.rowId);
      },
      { lane: 'background' },
    );
  await retry(insert, RETRIES);
}

const rowsOf = ({ columns }: ColumnBatch, start: number, end: number): Cell[][] =>
  Array.from({ length: end - start }, (_, row) => columns.map((cells) => cells[start + row] ?? null));

/**
 * Empties a table that was begun. The progress goes to nothing first: a command that goes on after an end in the middle finds
 * too many rows, and deletes them.
 */
export async function beginAnew({ manager, ledger }: FilledTables, table: string): Promise<void> {
  const nothing = { rows: 0, checksum: new RowChecksum().value };
  await manager.transaction(async (tx) => {
    const progress = await readProgress(tx, ledger, table);
    await writeProgress(tx, ledger, table, nothing, progress?.rowId);
  });
  await deleteRows(manager, table, everyRow(), () => undefined);
}

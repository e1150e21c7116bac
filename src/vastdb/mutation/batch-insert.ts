import { randomUUID } from 'node:crypto';

import { retry, type RetryOptions } from '../../shared/retry.ts';
import type { Cell, TransactionOptions } from '../engine.ts';
import type { ManagedReader } from '../managed-reader.ts';
import type { ManagedTransaction } from '../managed-transaction.ts';
import { TableError, type TableErrorKind } from '../table-error.ts';
import { addLedgerEntry, hasLedgerEntry, removeLedgerEntries } from './batch-ledger.ts';
import { type BatchDetail, type BatchInsertReport, type BatchStatus, summarize } from './batch-report.ts';

export interface BatchInsertOptions extends TransactionOptions {
  /** Rows in a batch; 5,000 unless set. */
  readonly batchRows?: number;
  /** Attempts of a batch before it counts as failed; 5 by default. */
  readonly attempts?: number;
  /** Upper bound of the first pause between two attempts in milliseconds, doubled each time; 50 unless set. */
  readonly firstPauseMs?: number;
  /** All batches in one transaction: all rows or none. Otherwise each batch is a transaction of its own. */
  readonly atomic?: boolean;
}

/** The part of the manager that a batch insert uses. */
export interface BatchHost {
  readonly reader: ManagedReader;
  readonly transaction: <T>(work: (tx: ManagedTransaction) => Promise<T>, options?: TransactionOptions) => Promise<T>;
}

/** The rows of one call, cells in the order of `columns`. */
export interface BatchRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One transaction: its entry in the ledger and the rows from `startRow` on, up to `endRow`. */
export interface BatchUnit {
  readonly entryId: string;
  readonly startRow: number;
  readonly endRow: number;
}

export interface BatchInsertResult {
  readonly report: BatchInsertReport;
  readonly units: readonly BatchUnit[];
}

const LONGEST_PAUSE_MS = 5000;
const REFUSALS: ReadonlySet<TableErrorKind> = new Set(['conflict', 'duplicate', 'too_large', 'invalid']);

interface Outcome {
  readonly status: BatchStatus;
  readonly attempts: number;
  readonly error?: string;
}

/**
 * Inserts rows in batches. No row is lost or written twice: an attempt with an unknown outcome is looked up in the
 * ledger before it is repeated. Failures of single batches do not throw; the report has them.
 */
export async function insertInBatches(
  host: BatchHost,
  batch: BatchRows,
  options: BatchInsertOptions = {},
): Promise<BatchInsertResult> {
  const { batchRows = 5000, atomic = false } = options;
  if (!Number.isInteger(batchRows) || batchRows < 1) {
    throw new TableError('invalid', `a batch cannot have ${batchRows} rows; pass a whole number from 1 on`);
  }
  const started = performance.now();
  const total = batch.rows.length;
  const callId = randomUUID();
  const units = atomic && total > 0 ? [unit(callId, 0, 0, total)] : unitsOf(callId, total, batchRows);
  const details: Record<string, BatchDetail> = {};
  for (const each of units) {
    const outcome = await insertUnit(host, batch, each, batchRows, options);
    for (let startRow = each.startRow; startRow < each.endRow; startRow += batchRows) {
      const batchIndex = Math.floor(startRow / batchRows);
      const endRow = Math.min(startRow + batchRows, each.endRow);
      const rowCount = endRow - startRow;
      const rowsInserted = outcome.status === 'inserted' ? rowCount : 0;
      details[entryId(callId, batchIndex)] = { batchIndex, startRow, endRow, rowCount, ...outcome, rowsInserted };
    }
  }
  const report = summarize(batch.table, details, performance.now() - started);
  if (report.success && units.length > 0) await forget(host, units, options);
  return { report, units };
}

function unitsOf(callId: string, total: number, batchRows: number): BatchUnit[] {
  return Array.from({ length: Math.ceil(total / batchRows) }, (_, index) =>
    unit(callId, index, index * batchRows, Math.min(total, (index + 1) * batchRows)),
  );
}

function unit(callId: string, index: number, startRow: number, endRow: number): BatchUnit {
  return { entryId: entryId(callId, index), startRow, endRow };
}

function entryId(callId: string, index: number): string {
  return `${callId}-${index}`;
}

async function insertUnit(
  host: BatchHost,
  batch: BatchRows,
  { entryId: id, startRow, endRow }: BatchUnit,
  batchRows: number,
  options: BatchInsertOptions,
): Promise<Outcome> {
  let attempts = 0;
  let status: BatchStatus = 'failed';
  const attempt = async (): Promise<void> => {
    attempts++;
    try {
      await host.transaction(async (tx) => {
        // An earlier attempt may have been committed after it was looked up.
        if (attempts > 1 && (await hasLedgerEntry(tx, id))) return;
        for (let row = startRow; row < endRow; row += batchRows) {
          await tx.insertArrays(batch.table, batch.columns, batch.rows.slice(row, Math.min(endRow, row + batchRows)));
        }
        await addLedgerEntry(tx, id, batch.table, endRow - startRow);
      }, options);
    } catch (error) {
      const committed = attempts === 1 && wasRolledBack(error) ? false : await lookUp(host, id, options);
      if (committed === true) return;
      status = committed === false ? 'failed' : 'unknown';
      throw error;
    }
  };
  try {
    await retry(attempt, retryPolicy(options));
    return { status: 'inserted', attempts };
  } catch (error) {
    return { status, attempts, error: error instanceof Error ? error.message : String(error) };
  }
}

function retryPolicy({ attempts = 5, firstPauseMs = 50 }: BatchInsertOptions): RetryOptions {
  return {
    attempts,
    baseMs: firstPauseMs,
    maxMs: LONGEST_PAUSE_MS,
    isRetryable: (error) => error instanceof TableError && error.retryable,
  };
}

/** The engine refused the rows before a commit could have happened. */
function wasRolledBack(error: unknown): boolean {
  return error instanceof TableError && REFUSALS.has(error.kind);
}

/** Undefined if the engine could not be asked. */
async function lookUp(host: BatchHost, id: string, options: BatchInsertOptions): Promise<boolean | undefined> {
  return retry(() => hasLedgerEntry(host.reader, id), retryPolicy(options)).catch(() => undefined);
}

/** The rows are inserted, so their entries are no longer needed; one that stays behind does no harm. */
async function forget(host: BatchHost, units: readonly BatchUnit[], options: TransactionOptions): Promise<void> {
  const ids = units.map((each) => each.entryId);
  await host.transaction((tx) => removeLedgerEntries(tx, ids), options).catch(() => undefined);
}

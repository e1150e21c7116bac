/**
 * - `inserted`: all rows of the batch are in the table.
 * - `failed`: none is.
 * - `unknown`: the engine failed while it committed, and could not be asked afterwards.
 */
export type BatchStatus = 'inserted' | 'failed' | 'unknown';

export interface BatchDetail {
  readonly batchIndex: number;
  /** Position among the rows of the call; `endRow` is exclusive. */
  readonly startRow: number;
  readonly endRow: number;
  readonly rowCount: number;
  readonly status: BatchStatus;
  /** Attempts of the batch. */
  readonly attempts: number;
  /** The reason why it is not inserted. */
  readonly error?: string;
  readonly rowsInserted: number;
}

export interface BatchInsertReport {
  /** Every row is in the table. */
  readonly success: boolean;
  readonly table: string;
  readonly totalRows: number;
  /** Rows that are known to be in the table. */
  readonly totalInserted: number;
  /** All others, so those of batches whose status is unknown as well. */
  readonly totalFailed: number;
  readonly batchesTotal: number;
  readonly batchesSuccessful: number;
  readonly batchesFailed: number;
  readonly executionTimeMs: number;
  /** Inserted rows per second. */
  readonly insertionRate: number;
  /** Details by batch id. */
  readonly batchDetails: Readonly<Record<string, BatchDetail>>;
  /** The ids of all batches that are not `inserted`. */
  readonly failedBatchIds: readonly string[];
}

export interface CleanupReport {
  readonly rowsDeleted: number;
  /** Rows of the call that someone changed since; they are left as they are. */
  readonly rowsKept: number;
  /** Rows of the call that someone deleted since. */
  readonly rowsMissing: number;
}

/** Sums up the batches of one call. */
export function summarize(
  table: string,
  batchDetails: Readonly<Record<string, BatchDetail>>,
  executionTimeMs: number,
): BatchInsertReport {
  const details = Object.values(batchDetails);
  const failedBatchIds = Object.entries(batchDetails)
    .filter(([, { status }]) => status !== 'inserted')
    .map(([id]) => id);
  const totalRows = details.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const totalInserted = details.reduce((sum, { rowsInserted }) => sum + rowsInserted, 0);
  return {
    success: failedBatchIds.length === 0,
    table,
    totalRows,
    totalInserted,
    totalFailed: totalRows - totalInserted,
    batchesTotal: details.length,
    batchesSuccessful: details.length - failedBatchIds.length,
    batchesFailed: failedBatchIds.length,
    executionTimeMs,
    insertionRate: executionTimeMs > 0 ? (totalInserted * 1000) / executionTimeMs : 0,
    batchDetails,
    failedBatchIds,
  };
}

import type { ColumnBatch } from './engine.ts';
import { TableError } from './table-error.ts';

/** A batch in parts of at most `rows` rows. */
export function* sliced(batch: ColumnBatch, rows: number): Generator<ColumnBatch> {
  if (batch.rowCount <= rows) {
    yield batch;
    return;
  }
  for (let start = 0; start < batch.rowCount; start += rows) {
    const end = Math.min(batch.rowCount, start + rows);
    yield { rowCount: end - start, columns: batch.columns.map((cells) => cells.slice(start, end)) };
  }
}

/** Throws TableError `unavailable` when the scan was aborted. */
export function checkNotEnded(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw scanEnded(signal.reason);
}

export const scanEnded = (cause: unknown): TableError =>
  new TableError('unavailable', 'The scan was ended before its last row.', cause);

import type { ColumnBatch, ScanningReader, ScanRequest } from '../engine.ts';
import { predicateColumns } from '../predicate/columns.ts';
import { compileFilter } from '../predicate/evaluate.ts';
import type { SplitPredicate } from '../predicate/split.ts';

/** A scan by the engine's part of the predicate; rows that fail the rest are dropped here. */
export async function* scanPart(
  reader: ScanningReader,
  request: ScanRequest,
  { pushed, residual }: SplitPredicate,
): AsyncGenerator<ColumnBatch> {
  if (residual === undefined) {
    yield* reader.scan({ ...request, where: pushed });
    return;
  }
  const width = request.columns.length;
  const columns = [...new Set([...request.columns, ...predicateColumns(residual)])];
  // Columns that are asked for twice come twice: only those of the filter are added.
  const fetched = [...request.columns, ...columns.filter((name) => !request.columns.includes(name))];
  const filter = compileFilter(residual, fetched);
  for await (const batch of reader.scan({ ...request, columns: fetched, where: pushed })) {
    const picked: number[] = [];
    for (let row = 0; row < batch.rowCount; row++) {
      if (filter(batch.columns.map((cells) => cells[row] ?? null))) picked.push(row);
    }
    if (picked.length === 0) continue;
    const kept = batch.columns.slice(0, width).map((cells) => picked.map((row) => cells[row] ?? null));
    yield { rowCount: picked.length, columns: kept };
  }
}

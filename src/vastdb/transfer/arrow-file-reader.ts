import { open } from 'node:fs/promises';
import { RecordBatchReader, type Vector } from 'apache-arrow';
import type { Cell, ColumnBatch } from '../engine.ts';

/** The rows of an Arrow IPC file, in the batches that it has; the cells of `columns`, in their order. */
export async function* readArrowFile(path: string, columns: readonly string[]): AsyncGenerator<ColumnBatch> {
  const file = await open(path, 'r');
  const reader = await RecordBatchReader.from(file);
  try {
    for await (const batch of reader) {
      const cells = columns.map((name) => {
        const vector = batch.getChild(name);
        return vector === null ? new Array<Cell>(batch.numRows).fill(null) : cellsOf(vector);
      });
      yield { rowCount: batch.numRows, columns: cells };
    }
  } finally {
    // Closes the file as well.
    await reader.cancel();
  }
}

function cellsOf(vector: Vector): Cell[] {
  const cells: Cell[] = new Array<Cell>(vector.length);
  for (let row = 0; row < vector.length; row++) {
    const value: unknown = vector.get(row);
    // The elements of fixed-size lists are a vector of their own.
    cells[row] = isVector(value) ? Float32Array.from(value.toArray() as Float32Array) : (value as Cell);
  }
  return cells;
}

const isVector = (value: unknown): value is Vector => typeof value === 'object' && value !== null && 'toArray' in value;

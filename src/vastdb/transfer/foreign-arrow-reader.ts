import { open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import {
  compressionRegistry,
  CompressionType,
  DataType,
  type RecordBatch,
  RecordBatchReader,
  type Timestamp,
  type TypeMap,
  type Vector,
} from 'apache-arrow';
import type { Cell } from '../engine.ts';

// The library has no codec of its own; LZ4 is in neither it nor Node.js.
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });

/** Nanoseconds of Arrow's units of time, by their numbers. */
const UNIT_NS = [1_000_000_000n, 1_000_000n, 1_000n, 1n] as const;

/** Rows that are converted together, however many a batch has. */
const SLICE_ROWS = 2_048;

/** Names of the columns of an Arrow IPC file, or of a stream in a file, that somebody else wrote. */
export async function foreignArrowColumns(path: string): Promise<string[]> {
  try {
    for await (const { reader } of opened(path)) return reader.schema.fields.map(({ name }) => name);
  } catch (error) {
    throw unreadable(path, error);
  }
  return [];
}

/**
 * The rows of such a file, with the cells of `columns`, null where it has no such column. Times are nanoseconds since 1970,
 * lists of numbers vectors, and other lists, structures and maps JSON. Memory holds one batch of the file.
 */
export async function* readForeignArrow(path: string, columns: readonly string[]): AsyncGenerator<Cell[][]> {
  for await (const batch of batchesOf(path)) {
    for (let start = 0; start < batch.numRows; start += SLICE_ROWS) {
      const slice = batch.slice(start, Math.min(batch.numRows, start + SLICE_ROWS));
      const cells = columns.map((name) => {
        const vector = slice.getChild(name);
        return vector === null ? new Array<Cell>(slice.numRows).fill(null) : cellsOf(vector);
      });
      yield Array.from({ length: slice.numRows }, (_, row) => cells.map((column) => column[row] ?? null));
    }
  }
}

async function* batchesOf(path: string): AsyncGenerator<RecordBatch> {
  try {
    for await (const { reader } of opened(path)) yield* reader;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Yields once; the file is closed when its user goes on. */
async function* opened(path: string): AsyncGenerator<{ readonly reader: RecordBatchReader<TypeMap> }> {
  const file = await open(path, 'r');
  const reader = await RecordBatchReader.from(file);
  try {
    await reader.open();
    yield { reader };
  } finally {
    // Closes the file as well.
    await reader.cancel();
  }
}

function unreadable(path: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const hint = /codec not found/i.test(why)
    ? ' It is compressed with LZ4: write it with zstd, or without compression.'
    : '';
  return new Error(`${path} cannot be read as Arrow: ${why.replace(/\.$/, '')}.${hint}`, { cause });
}

function cellsOf(vector: Vector): Cell[] {
  if (DataType.isTimestamp(vector.type as DataType)) return timesOf(vector as Vector<Timestamp>);
  const cells = new Array<Cell>(vector.length);
  for (let row = 0; row < vector.length; row++) cells[row] = cellOf(vector.get(row));
  return cells;
}

/** The library's own numbers would be milliseconds, in doubles. */
function timesOf(vector: Vector<Timestamp>): Cell[] {
  const unit = UNIT_NS[vector.type.unit];
  return vector.data.flatMap((data) =>
    Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? (data.values[row] ?? 0n) * unit : null)),
  );
}

function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return isVector(value) && DataType.isFloat(value.type)
        ? Float32Array.from(value.toArray() as ArrayLike<number>)
        : jsonOf(value);
    default:
      return null;
  }
}

const isVector = (value: object): value is Vector => 'toArray' in value && 'type' in value;

/** Integers of 64 bits become doubles, as whoever parses the JSON reads them. */
const jsonOf = (value: object): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));

import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Cell } from '../engine.ts';
import type { ExportedColumn, ExportedRows } from './analysis.ts';
import type { Scan } from './workspace.ts';

/**
 * The end of an Arrow stream: the continuation mark and the length 0 (Arrow columnar format, "IPC Streaming Format").
 */
const END_BYTES = 8;

const TYPES: Readonly<Record<ExportedColumn['type'], () => DataType>> = {
  string: () => new Utf8(),
  int64: () => new Int64(),
  uint64: () => new Uint64(),
  int32: () => new Int32(),
  float64: () => new Float64(),
  bool: () => new Bool(),
};

/** Rows as an Arrow IPC stream, a piece for each batch: no more than that is in memory. */
export async function* arrowStream(
  scan: Scan,
  { columns, ...rows }: ExportedRows,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const schema = new Schema(columns.map(({ name, type }) => new Field(name, TYPES[type](), true)));
  const empty = tableToIPC(new Table(schema), 'stream');
  const head = empty.subarray(0, empty.length - END_BYTES);
  yield head;
  for await (const batch of scan({ ...rows, columns: columns.map(({ name }) => name), signal })) {
    // Each is a stream of its own, with the same head.
    const cells = columns.map((column, index) => exportedCells(column, batch.columns[index] ?? []));
    const whole = tableToIPC(new Table([recordBatch(schema, cells, batch.rowCount)]), 'stream');
    yield whole.subarray(head.length, whole.length - END_BYTES);
  }
  yield empty.subarray(empty.length - END_BYTES);
}

function exportedCells({ type, suffix }: ExportedColumn, cells: readonly Cell[]): readonly Cell[] {
  if (suffix !== undefined) return cells.map((cell) => (typeof cell === 'string' ? cell + suffix : cell));
  return type === 'uint64' ? cells.map((cell) => (typeof cell === 'bigint' ? BigInt.asUintN(64, cell) : cell)) : cells;
}

function recordBatch(schema: Schema, columns: readonly (readonly Cell[])[], length: number): RecordBatch {
  const children = schema.fields.map(({ type }, index): Data => {
    const [data] = vectorFromArray(columns[index] ?? [], type).data as readonly (Data | undefined)[];
    if (data === undefined) throw new Error('a column of rows has no data');
    return data;
  });
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

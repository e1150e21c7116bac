import type { Cell } from '../../../cell.ts';
import { TableError } from '../../../table-error.ts';
import { batchMessageHead, END_OF_STREAM, type NodeLayout, padded, schemaMessage } from './ipc-messages.ts';
import { columnLayout, fixedRowBits, type OutgoingColumn, outgoingColumn, writeColumn } from './outgoing-column.ts';
import type { WireColumn } from './wire-column.ts';

/** Limits of one request. The cluster takes 5 MiB; its own clients cut at nine tenths of that. */
export interface BatchLimits {
  readonly bytes: number;
  readonly rows: number;
  /** Without the row ids. */
  readonly columns: number;
}

export const BATCH_LIMITS: BatchLimits = { bytes: Math.floor(4.5 * 1024 * 1024), rows: 512 * 1024, columns: 40 };

/** An Arrow stream of one batch: the rows from `from` to before `to`. */
interface RowBatch {
  readonly from: number;
  readonly to: number;
  readonly body: Uint8Array;
}

/** Overhead of a column besides its buffers: metadata and padding, of up to 3 buffers and 2 nodes. */
const COLUMN_OVERHEAD_BYTES = 3 * (16 + 7) + 2 * 16;
const STREAM_OVERHEAD_BYTES = 512;

/**
 * The cells of one column of `rows`, measured.
 *
 * @param position of the column in the rows.
 */
export function columnOfRows(column: WireColumn, rows: readonly (readonly Cell[])[], position: number): OutgoingColumn {
  const cells = new Array<Cell>(rows.length);
  for (let index = 0; index < rows.length; index += 1) cells[index] = rows[index]?.[position] ?? null;
  return outgoingColumn(column, cells);
}

/**
 * Cuts columns into groups of which each may travel in one request: at most `limits.columns`, and fewer
 * where a row would not fit.
 *
 * @throws TableError `invalid` for a cell that is larger than a request.
 */
export function columnGroups(columns: readonly OutgoingColumn[], limits: BatchLimits): OutgoingColumn[][] {
  const groups: OutgoingColumn[][] = [];
  for (let start = 0; start < columns.length; start += limits.columns) {
    groups.push(...halvesThatFit(columns.slice(start, start + limits.columns), limits));
  }
  return groups;
}

function halvesThatFit(columns: OutgoingColumn[], limits: BatchLimits): OutgoingColumn[][] {
  const room = roomFor(columns, limits);
  if (rowSizes(columns).every((bytes) => bytes <= room)) return [columns];
  const half = columns.length >> 1;
  if (half === 0) {
    throw new TableError(
      'invalid',
      `A cell of column ${columns[0]?.column.name ?? ''} is larger than a request may be.`,
    );
  }
  return [...halvesThatFit(columns.slice(0, half), limits), ...halvesThatFit(columns.slice(half), limits)];
}

/**
 * The rows as Arrow streams of one batch each, cut so that each fits into a request. All columns have
 * the same count of cells, and every row fits (see `columnGroups`).
 */
export function* encodeBatches(columns: readonly OutgoingColumn[], limits: BatchLimits): Generator<RowBatch> {
  const sizes = rowSizes(columns);
  const room = roomFor(columns, limits);
  const schema = schemaMessage(columns.map(({ column }) => column));
  let from = 0;
  while (from < sizes.length) {
    let to = from;
    let bytes = 0;
    while (to < sizes.length && to - from < limits.rows) {
      bytes += sizes[to] ?? 0;
      if (bytes > room && to > from) break;
      to += 1;
    }
    yield { from, to, body: encodeStream(schema, columns, from, to) };
    from = to;
  }
}

/** Bytes of each row, at most. */
function rowSizes(columns: readonly OutgoingColumn[]): Float64Array {
  let bits = 0;
  for (const column of columns) bits += fixedRowBits(column);
  const sizes = new Float64Array(columns[0]?.cells.length ?? 0).fill(bits / 8);
  for (const { lengths } of columns) {
    if (lengths === undefined) continue;
    for (let index = 0; index < sizes.length; index += 1) sizes[index] = (sizes[index] ?? 0) + (lengths[index] ?? 0);
  }
  return sizes;
}

function roomFor(columns: readonly OutgoingColumn[], limits: BatchLimits): number {
  const names = columns.reduce((bytes, { column }) => bytes + Buffer.byteLength(column.name) + 128, 0);
  return limits.bytes - STREAM_OVERHEAD_BYTES - names - columns.length * COLUMN_OVERHEAD_BYTES;
}

function encodeStream(schema: Uint8Array, columns: readonly OutgoingColumn[], from: number, to: number): Uint8Array {
  const nodes: NodeLayout[] = [];
  const buffers: number[] = [];
  const layouts = columns.map((column) => columnLayout(column, from, to));
  for (const layout of layouts) {
    nodes.push(...layout.nodes);
    buffers.push(...layout.buffers);
  }
  const head = batchMessageHead(to - from, nodes, buffers);
  let end = schema.length + head.length;
  const bodyStart = end;
  for (const length of buffers) end += padded(length);

  // A buffer of its own: one of the pool would be neither zeroed nor aligned.
  const stream = Buffer.from(new ArrayBuffer(end + END_OF_STREAM.length));
  stream.set(schema, 0);
  stream.set(head, schema.length);
  let at = bodyStart;
  for (const [index, column] of columns.entries()) {
    const starts: number[] = [];
    for (const length of layouts[index]?.buffers ?? []) {
      starts.push(at);
      at += padded(length);
    }
    writeColumn(column, from, to, stream, starts);
  }
  stream.set(END_OF_STREAM, end);
  return stream;
}

import type { Cell } from '../../../cell.ts';
import type { IpcBatch } from './ipc-reader.ts';
import { malformed } from './malformed.ts';
import type { WireColumn } from './wire-column.ts';

/** A buffer of a batch: the part of the body from `start` to before `end`. */
interface Region {
  readonly start: number;
  readonly end: number;
}

type NumbersOf<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T;

/**
 * The cells of a batch of one column. Nothing of the body is kept. A batch's header is checked against the received
 * bytes, so memory follows the bytes.
 *
 * @param body aligned to 8 bytes.
 * @throws TableError `corrupt` where the two disagree.
 */
export function decodeColumn(column: WireColumn, batch: IpcBatch, body: Buffer): Cell[] {
  const { type, dimension } = column;
  const { rows, nodes } = batch;
  const isVector = type === 'vector';
  const hasBytes = type === 'string' || type === 'binary';
  if (nodes.length !== (isVector ? 4 : 2) || batch.buffers.length !== (isVector || hasBytes ? 6 : 4)) {
    throw malformed(`a column is not laid out as ${type}`);
  }
  if (nodes[0] !== rows) throw malformed('a column and its batch differ in length');
  if (rows === 0) return [];
  const isNull = nodes[1] === 0 ? undefined : nullMarks(regionOf(batch, body, 0), body, rows);
  const first = regionOf(batch, body, 1);
  switch (type) {
    case 'string':
      return bytesCells(body, rows, isNull, first, regionOf(batch, body, 2), (start, end) =>
        start === end ? '' : body.toString('utf8', start, end),
      );
    case 'binary':
      // A copy, since a view would keep the whole body.
      return bytesCells(
        body,
        rows,
        isNull,
        first,
        regionOf(batch, body, 2),
        (start, end) => new Uint8Array(body.subarray(start, end)),
      );
    case 'bool':
      return boolCells(body, rows, isNull, first);
    case 'int64':
    case 'timestamp':
      return numberCells(numbers(BigInt64Array, body, first, rows, 8), rows, isNull);
    case 'rowId':
      return numberCells(numbers(BigUint64Array, body, first, rows, 8), rows, isNull);
    case 'int32':
      return numberCells(numbers(Int32Array, body, first, rows, 4), rows, isNull);
    case 'float32':
      return numberCells(numbers(Float32Array, body, first, rows, 4), rows, isNull);
    case 'float64':
      return numberCells(numbers(Float64Array, body, first, rows, 8), rows, isNull);
    case 'sortedRowId':
      return wideIdCells(numbers(BigUint64Array, body, first, rows * 2, 8), rows);
    case 'vector':
      return vectorCells(
        numbers(Float32Array, body, regionOf(batch, body, 2), rows * dimension, 4),
        rows,
        dimension,
        isNull,
      );
  }
}

/** A 1 for each row that is null. */
function nullMarks(region: Region, body: Buffer, rows: number): Uint8Array {
  if (region.end - region.start < (rows + 7) >> 3) throw malformed('the marks of nulls are missing');
  const marks = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    marks[row] = ((body[region.start + (row >> 3)] ?? 0) >> (row & 7)) & 1 ? 0 : 1;
  }
  return marks;
}

function bytesCells(
  body: Buffer,
  rows: number,
  isNull: Uint8Array | undefined,
  offsetsRegion: Region,
  { start, end }: Region,
  cellOf: (start: number, end: number) => Cell,
): Cell[] {
  const offsets = numbers(Int32Array, body, offsetsRegion, rows + 1, 4);
  const cells = new Array<Cell>(rows);
  let from = start + (offsets[0] ?? 0);
  if (from < start) throw malformed('the offsets of a column lie outside of it');
  for (let row = 0; row < rows; row += 1) {
    const to = start + (offsets[row + 1] ?? 0);
    if (to < from || to > end) throw malformed('the offsets of a column lie outside of it');
    cells[row] = isNull?.[row] === 1 ? null : cellOf(from, to);
    from = to;
  }
  return cells;
}

function boolCells(body: Buffer, rows: number, isNull: Uint8Array | undefined, { start, end }: Region): Cell[] {
  if (end - start < (rows + 7) >> 3) throw malformed('a column is shorter than its rows');
  const cells = new Array<Cell>(rows);
  for (let row = 0; row < rows; row += 1) {
    cells[row] = isNull?.[row] === 1 ? null : (((body[start + (row >> 3)] ?? 0) >> (row & 7)) & 1) === 1;
  }
  return cells;
}

function numberCells(
  source: ArrayLike<number> | ArrayLike<bigint>,
  rows: number,
  isNull: Uint8Array | undefined,
): Cell[] {
  const cells = new Array<Cell>(rows);
  for (let row = 0; row < rows; row += 1) cells[row] = isNull?.[row] === 1 ? null : (source[row] ?? null);
  return cells;
}

function wideIdCells(source: BigUint64Array, rows: number): Cell[] {
  const cells = new Array<Cell>(rows);
  for (let row = 0; row < rows; row += 1) {
    cells[row] = (source[row * 2] ?? 0n) | ((source[row * 2 + 1] ?? 0n) << 64n);
  }
  return cells;
}

function vectorCells(source: Float32Array, rows: number, dimension: number, isNull: Uint8Array | undefined): Cell[] {
  const cells = new Array<Cell>(rows);
  for (let row = 0; row < rows; row += 1) {
    cells[row] = isNull?.[row] === 1 ? null : source.slice(row * dimension, (row + 1) * dimension);
  }
  return cells;
}

function regionOf({ buffers }: IpcBatch, body: Buffer, index: number): Region {
  const start = buffers[index * 2] ?? 0;
  const end = start + (buffers[index * 2 + 1] ?? 0);
  if (end > body.length) throw malformed('a buffer lies outside of its batch');
  return { start, end };
}

function numbers<T>(type: NumbersOf<T>, body: Buffer, { start, end }: Region, count: number, bytesEach: number): T {
  if (end - start < count * bytesEach) throw malformed('a column is shorter than its rows');
  const at = body.byteOffset + start;
  if (at % bytesEach === 0) return new type(body.buffer, at, count);
  const copy = body.buffer.slice(at, at + count * bytesEach);
  return new type(copy, 0, count);
}

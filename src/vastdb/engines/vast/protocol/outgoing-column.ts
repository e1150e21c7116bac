import type { Cell } from '../../../cell.ts';
import { TableError } from '../../../table-error.ts';
import type { NodeLayout } from './ipc-messages.ts';
import type { WireColumn, WireType } from './wire-column.ts';

/** A column that is to be sent: its cells, and the size of each where sizes differ. */
export interface OutgoingColumn {
  readonly column: WireColumn;
  readonly cells: readonly Cell[];
  /** Bytes of each cell, of strings and binary. */
  readonly lengths: Uint32Array | undefined;
}

/** Bits of one row in a buffer, in the order of Arrow's buffers after the one that marks nulls. */
const ROW_BITS: Readonly<Record<WireType, readonly number[]>> = {
  string: [32, 0],
  binary: [32, 0],
  bool: [1],
  int64: [64],
  int32: [32],
  float64: [64],
  float32: [32],
  timestamp: [64],
  rowId: [64],
  sortedRowId: [128],
  // One list of all elements, which has a mark of nulls of its own.
  vector: [0, 32],
};

/** @throws TableError `invalid` for a cell of another type than the column's, and null where none may be. */
export function outgoingColumn(column: WireColumn, cells: readonly Cell[]): OutgoingColumn {
  const lengths = column.type === 'string' || column.type === 'binary' ? new Uint32Array(cells.length) : undefined;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index] ?? null;
    if (cell === null) {
      if (!column.nullable) throw new TableError('invalid', `Column ${column.name} needs a value.`);
    } else if (!isOfType(column, cell)) {
      throw new TableError('invalid', `Column ${column.name} takes no ${nameOf(cell)}: it holds ${column.type}.`);
    } else if (lengths !== undefined) {
      lengths[index] = typeof cell === 'string' ? Buffer.byteLength(cell) : (cell as Uint8Array).length;
    }
  }
  return { column, cells, lengths };
}

/** Bits that a row takes at most, without its strings and bytes. */
export function fixedRowBits({ column }: OutgoingColumn): number {
  let bits = 1;
  for (const width of ROW_BITS[column.type]) bits += width * (column.type === 'vector' ? column.dimension : 1);
  return bits;
}

/** Nodes and lengths of the buffers of the rows from `from` to before `to`. */
export function columnLayout(
  { column, cells, lengths }: OutgoingColumn,
  from: number,
  to: number,
): { readonly nodes: readonly NodeLayout[]; readonly buffers: readonly number[] } {
  const rows = to - from;
  let nulls = 0;
  for (let index = from; index < to; index += 1) if (cells[index] === null) nulls += 1;
  const marks = nulls === 0 ? 0 : (rows + 7) >> 3;
  if (lengths !== undefined) {
    let bytes = 0;
    for (let index = from; index < to; index += 1) bytes += lengths[index] ?? 0;
    return { nodes: [[rows, nulls]], buffers: [marks, (rows + 1) * 4, bytes] };
  }
  if (column.type === 'vector') {
    const elements = rows * column.dimension;
    return {
      nodes: [
        [rows, nulls],
        [elements, 0],
      ],
      buffers: [marks, 0, elements * 4],
    };
  }
  const [bits = 0] = ROW_BITS[column.type];
  return { nodes: [[rows, nulls]], buffers: [marks, bits === 1 ? (rows + 7) >> 3 : rows * (bits >> 3)] };
}

/** Writes a column's buffers to where `columnLayout` and `starts` say. The target is all zeros, and aligned to 8 bytes. */
export function writeColumn(
  source: OutgoingColumn,
  from: number,
  to: number,
  target: Buffer<ArrayBuffer>,
  starts: readonly number[],
): void {
  const { column, cells } = source;
  const [marks = 0, first = 0, second = 0] = starts;
  // Without nulls the marks take no room: the next buffer starts where they do.
  if (marks !== first) writeMarks(cells, from, to, target, marks);
  const at = target.byteOffset + first;
  const rows = to - from;
  switch (column.type) {
    case 'string':
    case 'binary':
      writeBytes(source, from, to, target, first, second);
      break;
    case 'bool':
      for (let row = 0; row < rows; row += 1) if (cells[from + row] === true) setBit(target, first, row);
      break;
    case 'int64':
      writeNumbers(new BigInt64Array(target.buffer, at, rows), cells as readonly (bigint | null)[], from);
      break;
    case 'rowId':
      writeNumbers(new BigUint64Array(target.buffer, at, rows), cells as readonly (bigint | null)[], from);
      break;
    case 'int32':
      writeNumbers(new Int32Array(target.buffer, at, rows), cells as readonly (number | null)[], from);
      break;
    case 'float64':
      writeNumbers(new Float64Array(target.buffer, at, rows), cells as readonly (number | null)[], from);
      break;
    case 'sortedRowId':
      writeWideIds(new BigUint64Array(target.buffer, at, rows * 2), cells as readonly bigint[], from, rows);
      break;
    case 'vector':
      writeVectors(
        new Float32Array(target.buffer, target.byteOffset + second, rows * column.dimension),
        source,
        from,
        rows,
      );
  }
}

function writeMarks(cells: readonly Cell[], from: number, to: number, target: Uint8Array, start: number): void {
  for (let index = from; index < to; index += 1) if (cells[index] !== null) setBit(target, start, index - from);
}

function setBit(target: Uint8Array, start: number, bit: number): void {
  const at = start + (bit >> 3);
  target[at] = (target[at] ?? 0) | (1 << (bit & 7));
}

function writeNumbers<T extends number | bigint>(
  target: { [index: number]: T; readonly length: number },
  cells: readonly (T | null)[],
  from: number,
): void {
  for (let row = 0; row < target.length; row += 1) {
    const cell = cells[from + row];
    if (cell !== null && cell !== undefined) target[row] = cell;
  }
}

function writeWideIds(target: BigUint64Array, cells: readonly bigint[], from: number, rows: number): void {
  for (let row = 0; row < rows; row += 1) {
    const id = cells[from + row] ?? 0n;
    target[row * 2] = BigInt.asUintN(64, id);
    target[row * 2 + 1] = BigInt.asUintN(64, id >> 64n);
  }
}

function writeBytes(
  { cells, lengths }: OutgoingColumn,
  from: number,
  to: number,
  target: Buffer<ArrayBuffer>,
  offsetsStart: number,
  bytesStart: number,
): void {
  const offsets = new Int32Array(target.buffer, target.byteOffset + offsetsStart, to - from + 1);
  let at = 0;
  for (let index = from; index < to; index += 1) {
    const cell = cells[index] ?? null;
    if (typeof cell === 'string') target.write(cell, bytesStart + at);
    else if (cell !== null) target.set(cell as Uint8Array, bytesStart + at);
    at += lengths?.[index] ?? 0;
    offsets[index - from + 1] = at;
  }
}

function writeVectors(target: Float32Array, { column, cells }: OutgoingColumn, from: number, rows: number): void {
  for (let row = 0; row < rows; row += 1) {
    const cell = cells[from + row] ?? null;
    if (cell !== null) target.set(cell as Float32Array, row * column.dimension);
  }
}

function isOfType({ type, dimension }: WireColumn, cell: NonNullable<Cell>): boolean {
  switch (type) {
    case 'string':
      return typeof cell === 'string';
    case 'binary':
      return cell instanceof Uint8Array;
    case 'bool':
      return typeof cell === 'boolean';
    case 'int64':
      return typeof cell === 'bigint' && BigInt.asIntN(64, cell) === cell;
    case 'int32':
      return typeof cell === 'number' && (cell | 0) === cell;
    case 'float64':
      return typeof cell === 'number';
    case 'rowId':
      return typeof cell === 'bigint' && BigInt.asUintN(64, cell) === cell;
    case 'sortedRowId':
      return typeof cell === 'bigint' && BigInt.asUintN(127, cell) === cell;
    case 'vector':
      return cell instanceof Float32Array && cell.length === dimension;
    case 'float32':
    case 'timestamp':
      return false;
  }
}

/** Describes a cell without its value, which may be private. */
function nameOf(cell: NonNullable<Cell>): string {
  if (cell instanceof Float32Array) return `vector of ${cell.length} elements`;
  return typeof cell === 'object' ? 'bytes' : typeof cell;
}

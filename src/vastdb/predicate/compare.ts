import type { Cell } from '../engine.ts';
import type { NonNullCell } from './predicate.ts';
import { TableError } from '../table-error.ts';

/**
 * Orders two cells of one column as the engines do: text by code points (which is the order of its
 * UTF-8 bytes, and not that of JavaScript's UTF-16 units), bytes one by one, false before true.
 */
export function compareValues(a: NonNullCell, b: NonNullCell): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareElements(a, b);
  if (a instanceof Float32Array && b instanceof Float32Array) return compareElements(a, b);
  throw new TableError('invalid', `cannot compare a ${kindOf(a)} with a ${kindOf(b)}; compare with the column's type`);
}

/** Like `compareValues`; null comes before everything, and equals null. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === null) return b === null ? 0 : -1;
  return b === null ? 1 : compareValues(a, b);
}

/** A text that is the same for equal cells, and differs for different cells of one column. */
export function cellKey(cell: Cell): string {
  if (cell === null) return 'n';
  switch (typeof cell) {
    case 'string':
      return `s${cell}`;
    case 'boolean':
      return cell ? '1' : '0';
    case 'number':
      // -0 equals 0, and an integral number equals the bigint of that value.
      return Number.isInteger(cell) ? BigInt(cell).toString() : String(cell);
    case 'bigint':
      return cell.toString();
    default:
      return `b${Array.from(cell, (element) => element + 0).join(',')}`;
  }
}

function isNumeric(value: NonNullCell): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above 0xFFFF, but are themselves smaller than 0xE000..0xFFFF.
    const xHigh = x >= 0xd800 && x < 0xe000;
    const yHigh = y >= 0xd800 && y < 0xe000;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}

function compareElements(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function kindOf(value: NonNullCell): string {
  return typeof value === 'object' ? value.constructor.name : typeof value;
}

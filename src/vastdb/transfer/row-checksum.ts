import { hash } from 'node:crypto';
import type { Cell, ColumnBatch } from '../engine.ts';

const MODULUS_BITS = 128;

/**
 * The sum of the hashes of rows: the same for the same rows in any order, on any engine. It finds lost, doubled or
 * changed rows; it does not protect against forgery.
 */
export class RowChecksum {
  #rows = 0;
  #sum = 0n;

  get rows(): number {
    return this.#rows;
  }

  /** 32 hexadecimal digits. */
  get value(): string {
    return this.#sum.toString(16).padStart(MODULUS_BITS / 4, '0');
  }

  /** Adds all rows of a batch, or those from `start` to `end`; its columns have to come in the same order each time. */
  add({ rowCount, columns }: ColumnBatch, start = 0, end = rowCount): void {
    let sum = this.#sum;
    for (let row = start; row < end; row++) {
      let text = '';
      for (const cells of columns) text += cellText(cells[row] ?? null);
      const digest = hash('sha256', text, 'buffer');
      sum += (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
    }
    this.#sum = BigInt.asUintN(MODULUS_BITS, sum);
    this.#rows += end - start;
  }
}

/** A cell with its kind and length, so that no two rows of different cells look alike. */
function cellText(cell: Cell): string {
  if (cell === null) return 'n;';
  const isText = typeof cell === 'string';
  const text =
    typeof cell === 'object'
      ? Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')
      : String(cell);
  return `${isText ? 's' : typeof cell}${text.length}:${text}`;
}

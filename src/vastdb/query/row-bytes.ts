/** Shorter texts are counted by their UTF-16 units: what they may have more is nothing beside a page. */
const SHORT = 1_024;

/** Counts the bytes of cells. Numbers count as 0: only texts and bytes can be large. */
export class RowBytes {
  bytes = 0;

  add(row: readonly unknown[]): void {
    for (const cell of row) {
      if (typeof cell === 'string') this.bytes += cell.length < SHORT ? cell.length : Buffer.byteLength(cell);
      else if (cell instanceof Uint8Array) this.bytes += cell.byteLength;
    }
  }
}

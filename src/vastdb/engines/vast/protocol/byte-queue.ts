/** Bytes that arrive in pieces of any length and are taken in pieces of wanted lengths. */
export class ByteQueue {
  #pieces: Buffer[] = [];
  /** Bytes taken from the first piece. */
  #taken = 0;
  #length = 0;

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The next bytes, or undefined while there are not that many. They are copied only where pieces meet. */
  take(count: number): Buffer | undefined {
    if (count > this.#length) return undefined;
    this.#length -= count;
    const [first = EMPTY] = this.#pieces;
    if (first.length - this.#taken > count) {
      this.#taken += count;
      return first.subarray(this.#taken - count, this.#taken);
    }
    return this.#join(count);
  }

  #join(count: number): Buffer {
    const parts: Buffer[] = [];
    let wanted = count;
    let used = 0;
    while (wanted > 0) {
      const piece = this.#pieces[used] ?? EMPTY;
      const part = piece.subarray(this.#taken, this.#taken + wanted);
      parts.push(part);
      wanted -= part.length;
      this.#taken += part.length;
      if (this.#taken < piece.length) break;
      this.#taken = 0;
      used += 1;
    }
    this.#pieces = this.#pieces.slice(used);
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts, count);
  }
}

const EMPTY = Buffer.alloc(0);

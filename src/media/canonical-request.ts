import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

const INITIAL_PATH_BYTES = 1024;

/**
 * Hashes canonical requests of SigV4 that differ in the path alone. They are put together in a kept buffer: hashing a
 * string that was just concatenated takes more than twice as long.
 */
export class CanonicalRequestHash {
  readonly #headBytes: number;
  readonly #tail: Buffer;
  #buffer: Buffer;
  /** The last canonical request: for one of the same length only the path has to be written. */
  #used: Buffer;

  /** `head` is what comes before the path, `tail` what comes after it. */
  constructor(head: string, tail: string) {
    const headBytes = Buffer.from(head, 'utf8');
    this.#headBytes = headBytes.length;
    this.#tail = Buffer.from(tail, 'utf8');
    this.#buffer = Buffer.concat([headBytes], headBytes.length + INITIAL_PATH_BYTES + this.#tail.length);
    this.#used = this.#buffer.subarray(0, 0);
  }

  /** The SHA-256 of the canonical request in hex. The path is encoded, so it is ASCII. */
  of(path: string): string {
    const length = this.#headBytes + path.length + this.#tail.length;
    if (length !== this.#used.length) this.#resize(length);
    this.#buffer.write(path, this.#headBytes, 'latin1');
    return hash('sha256', this.#used, 'hex');
  }

  #resize(length: number): void {
    if (this.#buffer.length < length) this.#buffer = Buffer.concat([this.#buffer], length * 2);
    this.#tail.copy(this.#buffer, length - this.#tail.length);
    this.#used = this.#buffer.subarray(0, length);
  }
}

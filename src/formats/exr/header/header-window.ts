import { Buffer } from 'node:buffer';
import type { ByteSource } from './byte-source.ts';
import { ExrError } from './exr-error.ts';
import { EXR_LIMITS, FIRST_CHUNK_BYTES, LARGEST_CHUNK_BYTES } from './limits.ts';

/**
 * The bytes of a file from the present position on, as far as they were fetched. Bytes before the position are dropped,
 * so fetching more copies only the bytes of the attribute that is being read.
 */
export class HeaderWindow {
  readonly #source: ByteSource;
  #bytes: Buffer = Buffer.alloc(0);
  /** The place of `#bytes` in the file. */
  #start = 0;
  #index = 0;
  #chunk: number = FIRST_CHUNK_BYTES;
  #fetched = 0;
  #reads = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The offset in the file of the next byte. */
  get position(): number {
    return this.#start + this.#index;
  }

  get fetched(): { bytes: number; reads: number } {
    return { bytes: this.#fetched, reads: this.#reads };
  }

  /** How many bytes from the position on are there without fetching. */
  get available(): number {
    return this.#bytes.length - this.#index;
  }

  /** The available bytes begin in here at `index`. Fetching replaces the buffer. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  get index(): number {
    return this.#index;
  }

  /** Moves on by bytes that are available. */
  advance(length: number): void {
    this.#index += length;
  }

  /** Takes bytes that are available. They stay as they are, whatever is fetched later. */
  take(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#index, this.#index + length);
    this.#index += length;
    return bytes;
  }

  /** Moves on by bytes that need not be available, and does not fetch them. */
  skip(length: number): void {
    this.#checkEnd(length);
    if (length <= this.available) {
      this.#index += length;
      return;
    }
    this.#start = this.position + length;
    this.#bytes = Buffer.alloc(0);
    this.#index = 0;
  }

  /** Makes at least `length` bytes available. Throws ExrError `truncated` or `limit` where that cannot be. */
  async fetch(length: number): Promise<void> {
    if (length <= this.available) return;
    this.#checkEnd(length);
    const from = this.#start + this.#bytes.length;
    const needed = this.position + length - from;
    const allowed = EXR_LIMITS.headerBytes - this.#fetched;
    if (needed > allowed) {
      throw new ExrError('limit', from, `The header takes more than ${EXR_LIMITS.headerBytes} bytes`);
    }
    const wanted = Math.min(needed + this.#chunk, allowed, this.#source.size - from);
    const read = await this.#source.read(from, wanted);
    if (read.length !== wanted) {
      throw new ExrError('truncated', from, `Asked for ${wanted} bytes, the source gave ${read.length}`);
    }
    this.#append(Buffer.from(read.buffer, read.byteOffset, read.byteLength));
    this.#fetched += wanted;
    this.#reads += 1;
    this.#chunk = Math.min(this.#chunk * 2, LARGEST_CHUNK_BYTES);
  }

  #append(read: Buffer): void {
    const rest = this.#bytes.subarray(this.#index);
    this.#start = this.position;
    this.#bytes = rest.length === 0 ? read : Buffer.concat([rest, read]);
    this.#index = 0;
  }

  #checkEnd(length: number): void {
    if (this.position + length > this.#source.size) {
      throw new ExrError('truncated', this.#source.size, 'The file ends within its header');
    }
  }
}

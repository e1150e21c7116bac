import { Buffer } from 'node:buffer';
import { hash, type BinaryToTextEncoding } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INITIAL_MESSAGE_BYTES = 1024;

/**
 * HMAC-SHA256 (RFC 2104) under one key, for many short messages that may share a head. Both padded keys and the head
 * are prepared once, so that a digest is two one-shot hashes: `createHmac` sets up a context for every message.
 */
export class PreparedHmac {
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  readonly #headEnd: number;
  #inner: Buffer;
  /** The inner buffer up to the end of the last message; most messages are as long as the one before. */
  #used: Buffer;

  /** Every message is taken to start with `head`. */
  constructor(key: string | Uint8Array, head = '') {
    const headBytes = Buffer.from(head, 'utf8');
    this.#headEnd = BLOCK_BYTES + headBytes.length;
    this.#inner = Buffer.alloc(this.#headEnd + INITIAL_MESSAGE_BYTES, 0x36);
    this.#used = this.#inner.subarray(0, this.#headEnd);
    headBytes.copy(this.#inner, BLOCK_BYTES);
    let bytes = Buffer.from(key);
    if (bytes.length > BLOCK_BYTES) bytes = hash('sha256', bytes, 'buffer');
    for (const [index, byte] of bytes.entries()) {
      this.#inner.writeUInt8(byte ^ 0x36, index);
      this.#outer.writeUInt8(byte ^ 0x5c, index);
    }
  }

  /** The digest of the head and then the message, in UTF-8. */
  digest(message: string, encoding: BinaryToTextEncoding): string {
    return hash('sha256', this.#outerBlock(message), encoding);
  }

  digestBytes(message: string): Buffer {
    return hash('sha256', this.#outerBlock(message), 'buffer');
  }

  #outerBlock(message: string): Buffer {
    // A UTF-16 code unit takes three bytes of UTF-8 at most.
    const room = this.#headEnd + message.length * 3;
    if (this.#inner.length < room) {
      this.#inner = Buffer.concat([this.#inner.subarray(0, this.#headEnd)], room * 2);
      this.#used = this.#inner.subarray(0, this.#headEnd);
    }
    const end = this.#headEnd + this.#inner.write(message, this.#headEnd, 'utf8');
    if (end !== this.#used.length) this.#used = this.#inner.subarray(0, end);
    // A digest as a string of bytes costs a third of one as a Buffer.
    this.#outer.write(hash('sha256', this.#used, 'binary'), BLOCK_BYTES, 'latin1');
    return this.#outer;
  }
}

import { type Buffer, isUtf8 } from 'node:buffer';

/** Where a header is read from: an object of a store, or bytes in memory. */
export interface ByteSource {
  /** Size of the whole file, in bytes. */
  readonly size: number;
  /** Resolves to exactly `length` bytes from `offset` on; the range always lies within the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes that are in memory already, such as an uploaded header. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

const BEYOND_ASCII = /[\x80-\xff]/;

/** The file layout knows bytes only. Writers of today use UTF-8; what is no UTF-8 was Latin-1 more often than not. */
export function decodeText(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('latin1', start, end);
  if (!BEYOND_ASCII.test(text) || !isUtf8(bytes.subarray(start, end))) return text;
  return bytes.toString('utf8', start, end);
}

/**
 * The index of the zero byte that ends a text of at most `limit` bytes: undefined where `bytes` end before it, and
 * `beyond` where the text is longer.
 */
export function endOfText(bytes: Buffer, from: number, limit: number): number | 'beyond' | undefined {
  const last = Math.min(from + limit, bytes.length - 1);
  for (let index = from; index <= last; index += 1) {
    if (bytes[index] === 0) return index;
  }
  return last < from + limit ? undefined : 'beyond';
}

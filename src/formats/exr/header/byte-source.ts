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

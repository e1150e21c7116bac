import { Buffer } from 'node:buffer';
import type { ByteSource } from './byte-source.ts';
import { ExrError } from './exr-error.ts';
import type { ExrHeader, ExrHeaderPart } from './header.ts';

/** Scan lines of a chunk, by compression (OpenEXR File Layout, scan line blocks). */
const LINES: Readonly<Record<string, number>> = {
  none: 1,
  rle: 1,
  zips: 1,
  zip: 16,
  piz: 32,
  pxr24: 16,
  b44: 32,
  b44a: 32,
  dwaa: 32,
  dwab: 256,
};
/** A table of more is taken to be right. */
const CHUNKS_MAX = 65_536;
const OFFSET_BYTES = 8;

/**
 * Checks that the table behind the header leads to chunks within the file: writers fill it in last, so that of a file that
 * is not whole it is empty, or leads beyond the end. Nothing is checked where the header does not say how long it is.
 *
 * @throws ExrError `truncated`
 */
export async function checkChunks({ parts, length }: ExrHeader, source: ByteSource): Promise<void> {
  let count = 0;
  for (const part of parts) {
    const own = chunksOf(part);
    if (own === undefined) return;
    count += own;
  }
  if (count > CHUNKS_MAX) return;
  const end = length + count * OFFSET_BYTES;
  if (end > source.size) throw new ExrError('truncated', source.size, 'The file ends within the table of its chunks');
  const table = await source.read(length, count * OFFSET_BYTES);
  const offsets = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  for (let at = 0; at < offsets.length; at += OFFSET_BYTES) {
    const offset = offsets.readBigUInt64LE(at);
    if (offset >= BigInt(end) && offset < BigInt(source.size)) continue;
    const problem = offset === 0n ? 'was not written' : `would lie at ${offset}`;
    throw new ExrError('truncated', source.size, `The file is not whole: chunk ${at / OFFSET_BYTES + 1} ${problem}`);
  }
}

function chunksOf({ attributes, tiles, isDeep, compression, dataWindow }: ExrHeaderPart): number | undefined {
  const told = attributes.get('chunkCount')?.value;
  if (typeof told === 'number') return Number.isInteger(told) && told > 0 ? told : undefined;
  const lines = LINES[compression];
  if (tiles !== null || isDeep || lines === undefined) return undefined;
  return Math.ceil((dataWindow.y_max - dataWindow.y_min + 1) / lines);
}

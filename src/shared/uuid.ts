import { randomFillSync } from 'node:crypto';

const POOL_IDS = 256;
const ID_BYTES = 16;
const pool = Buffer.alloc(POOL_IDS * ID_BYTES);
let unused = 0;

/**
 * A UUID of version 7 (RFC 9562): it begins with the time in milliseconds, so that ids which are made
 * one after the other lie next to each other in an index.
 */
export function uuidV7(timeMs: number = Date.now()): string {
  if (unused === 0) {
    randomFillSync(pool);
    unused = POOL_IDS;
  }
  unused -= 1;
  const bytes = pool.subarray(unused * ID_BYTES, (unused + 1) * ID_BYTES);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

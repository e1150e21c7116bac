/**
 * Number of rows that stand for all keys. Keys that share a row make transactions wait without need: 32 transactions
 * with 5 keys each meet by chance in one case of twenty.
 */
export const LOCK_BUCKETS = 16_384;

/** FNV-1a, 32 bits. */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** The row that stands for a key: the same in every version of the server, since replicas of two versions may run together. */
export function lockBucket(key: string): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < key.length; i += 1) {
    const unit = key.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), PRIME);
    hash = Math.imul(hash ^ (unit >>> 8), PRIME);
  }
  // The low bits of FNV-1a are its best; the high ones are folded in.
  return ((hash >>> 16) ^ hash) & (LOCK_BUCKETS - 1);
}

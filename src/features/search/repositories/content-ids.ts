import { createHash } from 'node:crypto';

/** Ids derived from content, never from the clock: repeated events lead to the same row. */

const HASH_CHARACTERS = 32;

export const assetIdOf = (bucket: string, key: string): string => hashOf('asset', bucket, key);

export const versionIdOf = (assetId: string, etag: string): string => hashOf('version', assetId, etag);

export const segmentIdOf = (versionId: string, chunking: string, position: number): string =>
  `${versionId}:${chunking}:${position}`;

function hashOf(...parts: readonly string[]): string {
  // JSON keeps the parts apart, whatever is in them.
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_CHARACTERS);
}

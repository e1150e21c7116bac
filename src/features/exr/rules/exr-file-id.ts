import { hash } from 'node:crypto';
import type { ExrFileRef } from './exr-file.ts';

const HASH_CHARACTERS = 32;

/** The file that a TAMS object is, by its id or by another path that says more. */
export const refOfObject = (objectId: string, path = objectId): ExrFileRef => ({
  id: idOf('object', objectId),
  path,
  objectId,
});

/** The file of a bucket and key, whether or not a TAMS object lies there too. */
export function refOfKey(bucket: string, key: string): ExrFileRef {
  const path = pathOfKey(bucket, key);
  return { id: idOf('key', path), path, objectId: null };
}

/** The path of what lies in a bucket. */
export const pathOfKey = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/** An object may have the id `s3://bucket/key`, so what kind of path it is counts too. */
function idOf(kind: 'object' | 'key', path: string): string {
  return hash('sha256', JSON.stringify(['exr', kind, path])).slice(0, HASH_CHARACTERS);
}

import type { Readable } from 'node:stream';
import type { MediaStore, ObjectBody, ObjectInfo } from './media-store.ts';
import type { ByteSource } from '../formats/exr/header/byte-source.ts';
import { AppError } from '../shared/errors.ts';

/** The object was replaced while it was read: parts of both must not be combined. */
export class ObjectChanged extends Error {}

/**
 * An object of a media store, read by ranges. Its etag identifies it, or that of the first read where none is given: a read
 * of another version throws ObjectChanged.
 */
export function mediaSource(
  store: Pick<MediaStore, 'get'>,
  storagePath: string,
  info: Pick<ObjectInfo, 'size'> & { readonly etag?: string },
): ByteSource {
  let expected = info.etag;
  return {
    size: info.size,
    read: async (offset, length) => {
      const { body, etag } = await store.get(storagePath, { start: offset, end: offset + length - 1 });
      expected ??= etag;
      if (etag === expected) return readBytes(body, length);
      body.destroy();
      throw new ObjectChanged(storagePath);
    },
  };
}

/** The first bytes of an object, and what the store said of it when they were read. */
export interface ObjectBeginning {
  readonly bytes: Uint8Array;
  readonly info: ObjectInfo;
}

/**
 * As `mediaSource`, of an object of which nothing is known: the first read, of up to `length` bytes, says what it is.
 *
 * @throws AppError `not_found`, and what the store throws
 */
export async function openMediaSource(
  store: Pick<MediaStore, 'get'>,
  storagePath: string,
  length: number,
): Promise<ObjectBeginning & { source: ByteSource }> {
  const { body, ...info } = await firstOf(store, storagePath, length);
  const bytes = await readBytes(body, Math.min(length, info.size));
  const source = mediaSource(store, storagePath, info);
  const read = async (offset: number, count: number): Promise<Uint8Array> => {
    const kept = bytes.subarray(offset, offset + count);
    if (kept.length === count) return kept;
    const rest = await source.read(offset + kept.length, count - kept.length);
    return kept.length === 0 ? rest : Buffer.concat([kept, rest]);
  };
  return { source: { size: info.size, read }, bytes, info };
}

async function firstOf(store: Pick<MediaStore, 'get'>, storagePath: string, length: number): Promise<ObjectBody> {
  try {
    return await store.get(storagePath, { start: 0, end: length - 1 });
  } catch (error) {
    // An empty object has no range.
    if (error instanceof AppError && error.code === 'range_not_satisfiable') return store.get(storagePath);
    throw error;
  }
}

/** At most `length` bytes, whatever the store sends. */
async function readBytes(body: Readable, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const room = length - filled;
      bytes.set(chunk.subarray(0, room), filled);
      filled += Math.min(room, chunk.length);
      // A store that knows no ranges sends the whole object, which may have gigabytes: leaving the loop ends the stream.
      if (chunk.length > room) break;
    }
  } catch (cause) {
    throw new AppError('media_store_unavailable', 'The media store broke off while a header was read.', { cause });
  }
  return bytes.subarray(0, filled);
}

import type { Readable } from 'node:stream';
import type { MediaStore, ObjectInfo } from './media-store.ts';
import type { ByteSource } from '../formats/exr/header/byte-source.ts';
import { AppError } from '../shared/errors.ts';

/** The object was replaced while it was read: parts of both must not be combined. */
export class ObjectChanged extends Error {}

/**
 * An object of a media store, read by ranges. `info` identifies it: a read of another version throws ObjectChanged. Without
 * an etag the first read does.
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

import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { openMediaSource } from '../../media/media-source.ts';
import { AppError } from '../../shared/errors.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';

/** A copy of an object, in a store that a request may use. */
interface ObjectCopy {
  readonly store: MediaStore;
  readonly storagePath: string;
}

/** The first copy of an object that lies in one of these stores; undefined where none does. */
export function copyWithin(media: MediaStoreRegistry, locations: string | null): ObjectCopy | undefined {
  for (const { storageId, storagePath } of unpackLocations(locations)) {
    const store = media.get(storageId);
    if (store !== undefined) return { store, storagePath };
  }
  return undefined;
}

/**
 * Up to so many bytes from the beginning of an object, and the size of all of it. Undefined where these stores have no copy,
 * or nobody has uploaded its bytes.
 *
 * @throws AppError where the store cannot serve it now
 */
export async function beginningOf(
  media: MediaStoreRegistry,
  locations: string | null,
  length: number,
): Promise<{ bytes: Buffer; size: number } | undefined> {
  const copy = copyWithin(media, locations);
  if (copy === undefined) return undefined;
  try {
    const { bytes, info } = await openMediaSource(copy.store, copy.storagePath, length);
    return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), size: info.size };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined;
    throw error;
  }
}

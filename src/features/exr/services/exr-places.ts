import { type ExrFileRef, pathOfKey, refOfKey, refOfObject } from '../rules/exr-file.ts';
import type { MediaStore, MediaStoreRegistry } from '../../../media/media-store.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';
import { adoptedId, unpackLocations } from '../../../tams/objects/object-location.ts';
import { AppError } from '../../../shared/errors.ts';
import type { VastStore } from '../../../tams/vast-store.ts';

/** A bucket that this server reads and writes, by the name that clients know it under. */
export interface ExrBucket {
  readonly name: string;
  readonly storageId: string;
  /** Folders that everything of the backend lies under, without slashes around; may be empty. */
  readonly prefix: string;
}

/** A place of a file's bytes. */
export interface ExrPlace {
  readonly ref: ExrFileRef;
  readonly store: MediaStore;
  readonly storagePath: string;
  /** Null where no bucket has the backend's id, which is a defect of the wiring. */
  readonly bucket: string | null;
}

/** Finds the bytes of objects, and of keys in the buckets that this server has. */
export class ExrPlaces {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;
  readonly #buckets: readonly ExrBucket[];
  readonly #limited: boolean;

  /** @param store the view of the principal; a `limited` one has no files but those of its objects. */
  constructor(store: VastStore, media: MediaStoreRegistry, buckets: readonly ExrBucket[], limited: boolean) {
    this.#store = store;
    this.#media = media;
    this.#buckets = buckets;
    this.#limited = limited;
  }

  /**
   * All places in the order to try them; at least one. Throws `not_found`, and `invalid_request` for an object whose
   * bytes are not in this server's stores.
   */
  async ofObject(objectId: string): Promise<ExrPlace[]> {
    const object = await this.#store.objects.find(objectId);
    if (object === undefined) throw new AppError('not_found', 'There is no media object of this id.');
    return this.of(object);
  }

  /** As `ofObject`, of an object that is known. */
  of(object: Pick<MediaObject, 'id' | 'locations'>): ExrPlace[] {
    const ref = this.refOf(object);
    const places = unpackLocations(object.locations).flatMap(({ storageId, storagePath }): ExrPlace[] => {
      const store = this.#media.get(storageId);
      return store === undefined ? [] : [{ ref, store, storagePath, bucket: this.#nameOf(storageId) }];
    });
    if (places.length > 0) return places;
    const summary = 'body/object_id: the object is kept by none of the storage backends of this server';
    throw new AppError('invalid_request', summary, { field: 'object_id' });
  }

  /** The file that an object is. The id of an adopted one says nothing of its name. */
  refOf({ id, locations }: Pick<MediaObject, 'id' | 'locations'>): ExrFileRef {
    const adopted = unpackLocations(locations).find((place) => adoptedId(place) === id);
    const bucket = adopted && this.#nameOf(adopted.storageId);
    return refOfObject(id, adopted && bucket != null ? pathOfKey(bucket, adopted.storagePath) : id);
  }

  /** The storage backend of a bucket. */
  storageOf(bucketName: string): string | undefined {
    return this.#buckets.find(({ name }) => name === bucketName)?.storageId;
  }

  #nameOf(storageId: string): string | null {
    return this.#buckets.find((each) => each.storageId === storageId)?.name ?? null;
  }

  /** Throws `not_found` if there is no such bucket, or this server may not read the key. */
  ofKey(bucketName: string, key: string): ExrPlace {
    const bucket = this.#buckets.find(({ name }) => name === bucketName);
    const store = bucket && this.#media.get(bucket.storageId);
    const isWithin = bucket !== undefined && (bucket.prefix === '' || key.startsWith(`${bucket.prefix}/`));
    if (store === undefined || !isWithin || this.#limited) throw noObject();
    return { ref: refOfKey(bucketName, key), store, storagePath: key, bucket: bucketName };
  }
}

const noObject = (): AppError => new AppError('not_found', 'There is no object of this bucket and key.');

/** The error for a place without a file. */
export const noBytes = ({ objectId }: ExrFileRef): AppError =>
  objectId === null ? noObject() : new AppError('not_found', 'Nothing was uploaded of this media object yet.');

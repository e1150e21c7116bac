import type { ByteRange, MediaStore, ObjectBody, ObjectInfo, ObjectList } from '../../../media/media-store.ts';
import { AppError } from '../../../shared/errors.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { type ObjectNotification, ObjectWatch, type SubscribeOptions } from './object-watch.ts';
import { WatchedObjects } from './watched-objects.ts';

/**
 * Objects by bucket and key, in the media stores that this server has: a bucket is one of them. Rejects as `MediaStore`
 * does, and with AppError `not_found` for an unknown bucket.
 */
export class ObjectStorage {
  readonly #stores: ReadonlyMap<string, MediaStore>;
  readonly #manager: VastDBManager;

  /** @param stores by the names of their buckets. The manager's tables keep what was notified. */
  constructor(stores: ReadonlyMap<string, MediaStore>, manager: VastDBManager) {
    this.#stores = stores;
    this.#manager = manager;
  }

  /** The caller must read the body to its end or destroy it. */
  async get(bucket: string, key: string, range?: ByteRange): Promise<ObjectBody> {
    return this.#store(bucket).get(key, range);
  }

  /** Throws `not_found` where there is no such object. */
  async metadata(bucket: string, key: string): Promise<ObjectInfo> {
    const info = await this.#store(bucket).head(key);
    if (info === undefined) throw new AppError('not_found', 'There is no object of this bucket and key.');
    return info;
  }

  /** One page; `next` is passed back as `after`. */
  async list(bucket: string, prefix: string, options?: { limit?: number; after?: string }): Promise<ObjectList> {
    return this.#store(bucket).list(prefix, options);
  }

  /** Each object that is created, changed or removed is notified at least once, also what happened between two runs. */
  subscribe(options: SubscribeOptions, handler: (notification: ObjectNotification) => Promise<void>): ObjectWatch {
    const watched = new WatchedObjects(this.#manager, options.name);
    return new ObjectWatch(this.#store(options.bucket), watched, options, handler);
  }

  #store(bucket: string): MediaStore {
    const store = this.#stores.get(bucket);
    if (store === undefined) throw new AppError('not_found', `There is no bucket ${JSON.stringify(bucket)}.`);
    return store;
  }
}

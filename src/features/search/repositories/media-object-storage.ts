import type { Readable } from 'node:stream';
import type {
  ByteRange,
  MediaStore,
  ObjectBody,
  ObjectInfo,
  ObjectList,
  UploadRequest,
} from '../../../media/media-store.ts';
import type { ObjectNotification, ObjectStorage, SubscribeOptions, Subscription } from '../rules/object-storage.ts';
import { AppError } from '../../../shared/errors.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { ObjectWatch } from './object-watch.ts';
import { WatchedObjects } from './watched-objects.ts';

/** Objects by bucket and key, in the media stores that this server has: a bucket is one of them. */
export class MediaObjectStorage implements ObjectStorage {
  readonly #stores: ReadonlyMap<string, MediaStore>;
  readonly #manager: VastDBManager;
  readonly #subscriptions = new Set<ObjectWatch>();

  /** @param stores by the names of their buckets. The manager's tables keep what was notified. */
  constructor(stores: ReadonlyMap<string, MediaStore>, manager: VastDBManager) {
    this.#stores = stores;
    this.#manager = manager;
  }

  async get(bucket: string, key: string, range?: ByteRange): Promise<ObjectBody> {
    return this.#store(bucket).get(key, range);
  }

  async metadata(bucket: string, key: string): Promise<ObjectInfo> {
    const info = await this.#store(bucket).head(key);
    if (info === undefined) throw new AppError('not_found', 'There is no object of this bucket and key.');
    return info;
  }

  async exists(bucket: string, key: string): Promise<boolean> {
    return (await this.#store(bucket).head(key)) !== undefined;
  }

  async put(bucket: string, key: string, body: Readable | Uint8Array, contentType?: string): Promise<ObjectInfo> {
    return this.#store(bucket).put(key, body, { contentType });
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this.#store(bucket).delete(key);
  }

  async list(bucket: string, prefix: string, options?: { limit?: number; after?: string }): Promise<ObjectList> {
    return this.#store(bucket).list(prefix, options);
  }

  presign(bucket: string, key: string, method: 'GET' | 'PUT', baseUrl: string, contentType?: string): UploadRequest {
    const store = this.#store(bucket);
    return method === 'GET' ? { url: store.presignGet(key, baseUrl) } : store.presignPut(key, contentType, baseUrl);
  }

  subscribe(options: SubscribeOptions, handler: (notification: ObjectNotification) => Promise<void>): Subscription {
    const watched = new WatchedObjects(this.#manager, options.name);
    const watch = new ObjectWatch(this.#store(options.bucket), watched, options, handler);
    this.#subscriptions.add(watch);
    return {
      settled: () => watch.settled(),
      stop: async () => {
        await watch.stop();
        this.#subscriptions.delete(watch);
      },
    };
  }

  async ensureBucket(bucket: string): Promise<void> {
    await this.#store(bucket).ensureReady();
  }

  /** Rejects with the failure of the first store that cannot be used. */
  async health(): Promise<void> {
    await Promise.all(Array.from(this.#stores.values(), (store) => store.health()));
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#subscriptions, (watch) => watch.stop()));
    this.#subscriptions.clear();
  }

  #store(bucket: string): MediaStore {
    const store = this.#stores.get(bucket);
    if (store === undefined) throw new AppError('not_found', `There is no bucket ${JSON.stringify(bucket)}.`);
    return store;
  }
}

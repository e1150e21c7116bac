import type { Readable } from 'node:stream';
import type { ByteRange, ObjectBody, ObjectInfo, ObjectList, UploadRequest } from '../../../media/media-store.ts';

export interface ObjectNotification {
  readonly type: 'created' | 'removed';
  readonly bucket: string;
  readonly key: string;
  /** ETag of the created or removed object. */
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface SubscribeOptions {
  /** Notifications are recorded under this name: a subscription of the same name continues where it stopped. */
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Pause between the end of one sweep and the next. */
  readonly intervalMs: number;
  /** Failed sweeps and handlers; the next sweep tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Subscription {
  /** Resolves when one whole look at the bucket that began after this call has ended. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Objects by bucket and key. Rejects as `MediaStore` does, and with AppError `not_found` for an unknown bucket. */
export interface ObjectStorage {
  /** The caller must read the body to its end or destroy it. */
  get(bucket: string, key: string, range?: ByteRange): Promise<ObjectBody>;
  /** Throws `not_found` where there is no such object. */
  metadata(bucket: string, key: string): Promise<ObjectInfo>;
  exists(bucket: string, key: string): Promise<boolean>;
  put(bucket: string, key: string, body: Readable | Uint8Array, contentType?: string): Promise<ObjectInfo>;
  delete(bucket: string, key: string): Promise<void>;
  /** One page; `next` is passed back as `after`. */
  list(bucket: string, prefix: string, options?: { limit?: number; after?: string }): Promise<ObjectList>;
  /** For `PUT` a content type may be signed along. `baseUrl` is as for `MediaStore`. */
  presign(bucket: string, key: string, method: 'GET' | 'PUT', baseUrl: string, contentType?: string): UploadRequest;
  /** Each object that is created, changed or removed is notified at least once, also what happened between two runs. */
  subscribe(options: SubscribeOptions, handler: (notification: ObjectNotification) => Promise<void>): Subscription;
  ensureBucket(bucket: string): Promise<void>;
  health(): Promise<void>;
  /** Stops the subscriptions; the media stores are closed by their owner. */
  close(): Promise<void>;
}

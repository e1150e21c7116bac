import type { Readable } from 'node:stream';
import type { ByteRange, ObjectBody, ObjectInfo, ObjectList, UploadRequest } from '../../../media/media-store.ts';

export interface ObjectNotification {
  readonly type: 'created' | 'removed';
  readonly bucket: string;
  readonly key: string;
  /** Of the object that was created, or of the one that was removed. */
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface SubscribeOptions {
  /** What was notified is kept under this name: a subscription of the same name goes on where it stopped. */
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Between the end of one look at the bucket and the next. */
  readonly intervalMs: number;
  /** Of looks at the bucket and handlers that failed; what failed is tried again at the next look. */
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

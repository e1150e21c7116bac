import { setTimeout as pause } from 'node:timers/promises';
import type { MediaStore } from '../../../media/media-store.ts';
import type { WatchedObject, WatchedObjects } from './watched-objects.ts';

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

/** Notifications that are recorded together: as many may be repeated after a crash. */
const NOTED_AT_ONCE = 50;

type Handler = (notification: ObjectNotification) => Promise<void>;

/**
 * Finds changes of a bucket by comparing its listing with the recorded notifications, page by page. A notification is
 * recorded after its handler has ended: a crash may repeat one, but loses none.
 */
export class ObjectWatch {
  readonly #store: MediaStore;
  readonly #watched: WatchedObjects;
  readonly #options: SubscribeOptions;
  readonly #handler: Handler;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #sweeps = 0;
  #swept = Promise.withResolvers<undefined>();
  #wake = new AbortController();

  constructor(store: MediaStore, watched: WatchedObjects, options: SubscribeOptions, handler: Handler) {
    this.#store = store;
    this.#watched = watched;
    this.#options = options;
    this.#handler = handler;
    this.#ended = this.#run();
  }

  /** Resolves when one whole look at the bucket that began after this call has ended. */
  async settled(): Promise<void> {
    // The running sweep may have passed the caller's object already.
    const wanted = this.#sweeps + 2;
    while (this.#sweeps < wanted && !this.#stopping.signal.aborted) {
      this.#wake.abort();
      await this.#swept.promise;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#ended;
    this.#swept.resolve(undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#sweep();
      } catch (error) {
        this.#options.onError(error);
      }
      this.#sweeps += 1;
      this.#swept.resolve(undefined);
      this.#swept = Promise.withResolvers();
      await pause(this.#options.intervalMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
  }

  async #sweep(): Promise<void> {
    let after = '';
    while (!this.#stopping.signal.aborted) {
      const { objects, next } = await this.#store.list(this.#options.prefix, { after });
      const found = new Map(
        objects.map(({ path, etag, size }): [string, WatchedObject] => [path, { key: path, etag, sizeBytes: size }]),
      );
      await this.#notifyOfCreated(found);
      await this.#notifyOfRemoved(found, after, next);
      if (next === undefined) return;
      after = next;
    }
  }

  async #notifyOfCreated(found: ReadonlyMap<string, WatchedObject>): Promise<void> {
    const known = await this.#watched.named([...found.keys()]);
    const created = Array.from(found.values()).filter(({ key, etag }) => known.get(key)?.etag !== etag);
    await this.#notify('created', created, (notified) => this.#watched.remember(notified));
  }

  async #notifyOfRemoved(found: ReadonlyMap<string, WatchedObject>, after: string, upTo?: string): Promise<void> {
    const removed: WatchedObject[] = [];
    for (const object of (await this.#watched.between(after, upTo)).values()) {
      if (found.has(object.key)) continue;
      // Stores and tables may order keys differently, and an object may be created meanwhile: the store decides.
      if ((await this.#store.head(object.key)) === undefined) removed.push(object);
    }
    await this.#notify('removed', removed, (notified) => this.#watched.forget(notified.map(({ key }) => key)));
  }

  /** A failed one does not delay the others: the next sweep tries it again. */
  async #notify(
    type: ObjectNotification['type'],
    objects: readonly WatchedObject[],
    note: (notified: readonly WatchedObject[]) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < objects.length; start += NOTED_AT_ONCE) {
      const notified: WatchedObject[] = [];
      for (const object of objects.slice(start, start + NOTED_AT_ONCE)) {
        if (this.#stopping.signal.aborted) break;
        const { key, etag, sizeBytes } = object;
        try {
          await this.#handler({ type, bucket: this.#options.bucket, key, etag, sizeBytes });
          notified.push(object);
        } catch (error) {
          this.#options.onError(error);
        }
      }
      if (notified.length > 0) await note(notified);
    }
  }
}

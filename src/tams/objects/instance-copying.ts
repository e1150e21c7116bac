import type { Logger } from 'pino';
import { copyObject } from '../../media/copies/copy-object.ts';
import { CopyError, type CopySource } from '../../media/copies/copy-source.ts';
import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import type { AddressGuard } from '../../shared/address-guard.ts';
import { AppError } from '../../shared/errors.ts';
import { backoffMs } from '../../shared/retry.ts';
import { packLocations, unpackLocations } from './object-location.ts';
import type { MediaObject } from './media-object.ts';
import type { InstanceJob, StoredInstanceJob } from './instance-job.ts';
import { usedObjects } from './object-reclaim.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

interface CopyingParts {
  readonly store: VastStore;
  readonly media: MediaStoreRegistry;
  readonly guard: AddressGuard;
  /** The most bytes that an external source may have. */
  readonly maxObjectBytes: number;
  readonly logger: Logger;
}

/** Waits between attempts: from a second to an hour. */
const BACKOFF = { baseMs: 1_000, maxMs: 3_600_000, jitter: 0.2 };
/** A copy that cannot be made for so long is given up. */
const GIVE_UP_MS = 3 * 86_400_000;
/** Each source may add a message. */
const ERROR_MAX_LENGTH = 1_000;

/**
 * Does the jobs of instances, each of which may be cut off anywhere: a copy that was not noted in the row of its object is
 * made again at the same path, and bytes that were deleted already are deleted again.
 */
export class InstanceCopying {
  readonly counts = { done: 0, retried: 0, failed: 0 };
  readonly #parts: CopyingParts;

  constructor(parts: CopyingParts) {
    this.#parts = parts;
  }

  /** Those that are due, the longest first. */
  due(limit: number): Promise<StoredInstanceJob[]> {
    return this.#parts.store.instanceJobs.due(Date.now(), limit);
  }

  /** Throws only where the tables fail. A job that was aborted stays due. */
  async perform(job: InstanceJob, signal: AbortSignal): Promise<void> {
    try {
      await (job.task === 'copy' ? this.#copy(job, signal) : this.#remove(job));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof CopyError) await this.#noteFailure(job, error);
      else throw error;
    }
  }

  async #copy(job: InstanceJob, signal: AbortSignal): Promise<void> {
    const object = await this.#begin(job);
    if (object === undefined) return;
    await this.#copyFromAny(object, this.#storeOf(job), job.storagePath, signal);
    const placed = await this.#inBackground((tx) => place(tx, job));
    if (placed) this.counts.done++;
  }

  /** The object as it is now; undefined if there is nothing to copy any more. */
  #begin(job: InstanceJob): Promise<MediaObject | undefined> {
    return this.#inBackground(async (tx) => {
      const copy = await tx.instanceJobs.find(job);
      if (copy === undefined) return undefined;
      const ids = [job.objectId];
      const [objects, used] = await Promise.all([tx.objects.findMany(ids), usedObjects(tx, ids)]);
      const object = objects.get(job.objectId);
      if (object !== undefined && used.has(job.objectId)) return object;
      await tx.instanceJobs.cancel(copy);
      return undefined;
    });
  }

  async #copyFromAny(object: MediaObject, target: MediaStore, path: string, signal: AbortSignal): Promise<void> {
    const failures: CopyError[] = [];
    for (const source of this.#sourcesOf(object)) {
      try {
        await copyObject(source, target, path, signal);
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof CopyError)) throw error;
        failures.push(error);
      }
    }
    const messages = failures.map(({ message }) => message).join(' ') || 'No source is configured.';
    const isRetryable = failures.length === 0 || failures.some(({ retryable }) => retryable);
    throw new CopyError(messages.slice(0, ERROR_MAX_LENGTH), isRetryable);
  }

  /** Instances of this store first, as they are listed; then those that anybody may have changed. */
  #sourcesOf({ locations, externalUrls }: MediaObject): CopySource[] {
    const { media, guard, maxObjectBytes } = this.#parts;
    const stored = unpackLocations(locations).flatMap(({ storageId, storagePath }) => {
      const store = media.get(storageId);
      return store === undefined ? [] : [{ store, storagePath }];
    });
    return [...stored, ...externalUrls.map(({ url }) => ({ url, guard, maxBytes: maxObjectBytes }))];
  }

  async #remove(job: InstanceJob): Promise<void> {
    try {
      await this.#storeOf(job).delete(job.storagePath);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new CopyError(error.message, true, error);
    }
    await this.#inBackground(async (tx) => {
      const removal = await tx.instanceJobs.find(job);
      if (removal !== undefined) await tx.instanceJobs.remove(removal);
    });
  }

  #storeOf({ storageId }: InstanceJob): MediaStore {
    const store = this.#parts.media.get(storageId);
    if (store !== undefined) return store;
    throw new CopyError(`The storage backend ${storageId} is not configured.`, true);
  }

  async #noteFailure(job: InstanceJob, { message, retryable }: CopyError): Promise<void> {
    const nowMs = Date.now();
    const isOver = job.task === 'copy' && (!retryable || nowMs - job.createdMs > GIVE_UP_MS);
    await this.#inBackground(async (tx) => {
      const present = await tx.instanceJobs.find(job);
      if (present === undefined) return;
      if (isOver) await tx.instanceJobs.cancel(present);
      else await tx.instanceJobs.putOff(present, nowMs + backoffMs(present.attempts + 1, BACKOFF), message);
    });
    const { objectId, storageId, task, attempts } = job;
    const details = { objectId, storageId, task, attempts: attempts + 1, reason: message };
    if (isOver) this.#parts.logger.error(details, 'a copy of an object was given up; ask for it again');
    else this.#parts.logger.warn(details, 'an instance of an object is tried again later');
    if (task === 'copy') this.counts[isOver ? 'failed' : 'retried']++;
  }

  #inBackground<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#parts.store.transaction(work, { background: true });
  }
}

/** The object has the instance from here on, and so have the segments that use it. @returns whether it was made */
async function place(tx: StoreTransaction, job: InstanceJob): Promise<boolean> {
  const copy = await tx.instanceJobs.find(job);
  // Another process that took over has placed or cancelled it.
  if (copy === undefined) return false;
  const object = (await tx.objects.findMany([job.objectId])).get(job.objectId);
  if (object === undefined) {
    await tx.instanceJobs.cancel(copy);
    return false;
  }
  const { storageId, storagePath } = job;
  const locations = packLocations([...unpackLocations(object.locations), { storageId, storagePath }]);
  await Promise.all([
    tx.places.change(object, { locations, externalUrls: object.externalUrls }),
    tx.instanceJobs.remove(copy),
  ]);
  return true;
}

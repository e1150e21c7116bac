import type { Logger } from 'pino';
import type { MediaObject } from './media-object.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { isSamePlace, unpackLocations } from './object-location.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

/** Bytes of an object that could not be deleted now; it is tried again later. */
interface Failure {
  readonly objectId: string;
  readonly reason: string;
}

interface ReclaimResult {
  readonly reclaimed: number;
  readonly failed: readonly Failure[];
  /** Whether more objects are due. */
  readonly more: boolean;
}

const BATCH_SIZE = 500;
/** Delay until an object is due again if its deletion did not finish. */
const RETRY_MS = 60_000;
/** Time that the copies of an object get to end before it is looked at again. */
const COPY_END_MS = 2_000;

/**
 * Deletes objects that no segment uses any more, rows and bytes. In three steps, each of which may be the last before
 * the process dies: the rows are marked, so that no segment can begin to use them, and put off, so that no other
 * process works on them meanwhile; the bytes go, but those that were adopted; the rows go. Unfinished objects are due
 * again later.
 */
export class ObjectReclaim {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;

  constructor(store: VastStore, media: MediaStoreRegistry) {
    this.#store = store;
    this.#media = media;
  }

  /** Mostly nothing is due: check without a write transaction. */
  isDue(): Promise<boolean> {
    return this.#store.reclaimQueue.hasDue(Date.now());
  }

  /** `mustBeOurs` throws if another process reclaims by now. */
  async reclaimDue(mustBeOurs: (tx: StoreTransaction) => Promise<void>): Promise<ReclaimResult> {
    const { objects, more } = await this.#store.transaction(
      async (tx) => {
        await mustBeOurs(tx);
        return markDue(tx);
      },
      { background: true },
    );
    if (objects.length === 0) return { reclaimed: 0, failed: [], more };
    const failed = await this.#deleteBytes(objects);
    const failedIds = new Set(failed.map(({ objectId }) => objectId));
    const gone = objects.map(({ id }) => id).filter((id) => !failedIds.has(id));
    await this.#store.transaction(
      async (tx) => {
        // Another process that took over may have removed the rows by now, and the ids be in use again.
        await mustBeOurs(tx);
        // The ids may be allocated again: entries of old objects must not affect new ones.
        await Promise.all([tx.objects.remove(gone), tx.reclaimQueue.removeObjects(gone)]);
        // Their initialisation segments may be needed by nothing else.
        const inits = objects.flatMap(({ id, initObjectId }) => (failedIds.has(id) ? [] : (initObjectId ?? [])));
        await tx.reclaimQueue.add([...new Set(inits)], Date.now(), 'dropped');
        await tx.subscribers.objectsReclaimed(tx.rows, gone);
      },
      { background: true },
    );
    return { reclaimed: gone.length, failed, more };
  }

  async #deleteBytes(objects: readonly MediaObject[]): Promise<Failure[]> {
    const byBackend = new Map<string, Map<string, string>>();
    for (const { id, locations, adoptedAt } of objects) {
      for (const place of unpackLocations(locations)) {
        if (isSamePlace(place, adoptedAt)) continue;
        const { storageId, storagePath } = place;
        const paths = byBackend.get(storageId) ?? new Map<string, string>();
        byBackend.set(storageId, paths.set(storagePath, id));
      }
    }
    const failed: Failure[] = [];
    for (const [storageId, paths] of byBackend) failed.push(...(await this.#deleteFrom(storageId, paths)));
    return failed;
  }

  /** @param objectIds by the paths of their bytes */
  async #deleteFrom(storageId: string, objectIds: ReadonlyMap<string, string>): Promise<Failure[]> {
    const store = this.#media.get(storageId);
    const all = (reason: string): Failure[] => [...objectIds.values()].map((objectId) => ({ objectId, reason }));
    if (store === undefined) return all(`storage backend ${storageId} is not configured`);
    try {
      const failures = await store.deleteMany([...objectIds.keys()]);
      return failures.map(({ path, reason }) => ({ objectId: objectIds.get(path) ?? path, reason }));
    } catch (error) {
      return all(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The objects that are due and to go, marked and put off; and whether there may be more that are due. */
async function markDue(tx: StoreTransaction): Promise<{ objects: MediaObject[]; more: boolean }> {
  const now = Date.now();
  const entries = await tx.reclaimQueue.due(now, BATCH_SIZE);
  const ids = [...new Set(entries.map(({ objectId }) => objectId))];
  const [used, inGrace] = await Promise.all([usedObjects(tx, ids), tx.reclaimQueue.inGrace(ids, now)]);
  const idle = ids.filter((id) => !used.has(id) && !inGrace.has(id));
  // Their copies end first: nothing else knows where the bytes of those are.
  const copied = await tx.instanceJobs.hurryCopies(idle, now);
  await tx.reclaimQueue.add([...copied], now + COPY_END_MS, 'dropped');
  const unused = idle.filter((id) => !copied.has(id));
  await Promise.all([tx.objects.markReclaiming(unused), tx.reclaimQueue.remove(entries.map(({ handle }) => handle))]);
  const objects = await tx.objects.reclaiming(unused);
  const marked = objects.map(({ id }) => id);
  await tx.reclaimQueue.add(marked, now + RETRY_MS, 'reclaiming');
  return { objects, more: entries.length === BATCH_SIZE };
}

const LEASE = 'reclaim';

/** Interval of looking for due objects. */
const IDLE_MS = 2_000;

/** Reclaims objects that nothing uses, as they become due. */
export const reclaimWorker = (reclaim: ObjectReclaim, leases: LeaseKeeper, logger: Logger): WorkerLoop =>
  new WorkerLoop(
    'reclaim worker',
    async (signal) => {
      if (!(await reclaim.isDue())) return IDLE_MS;
      await leases.during(LEASE, async () => {
        let goesOn = true;
        while (goesOn && !signal.aborted) {
          const { reclaimed, failed, more } = await reclaim.reclaimDue((tx) => leases.mustHold(tx, LEASE));
          if (reclaimed > 0) logger.info({ reclaimed }, 'reclaimed media objects');
          for (const failure of failed) logger.warn(failure, 'an unused media object could not be deleted yet');
          goesOn = more;
        }
      });
      return IDLE_MS;
    },
    logger,
  );

/** Those of the objects that anything uses: segments, objects that need them, or what features keep. */
export async function usedObjects(tx: StoreTransaction, objectIds: readonly string[]): Promise<Set<string>> {
  const [bySegments, byObjects, byFeatures] = await Promise.all([
    tx.segments.usedObjects(objectIds),
    tx.objects.neededInits(objectIds),
    tx.subscribers.usedObjects(tx.rows, objectIds),
  ]);
  return [byObjects, ...byFeatures].reduce<Set<string>>((used, more) => used.union(more), bySegments);
}

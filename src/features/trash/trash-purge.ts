import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { trashOf } from './trash-repository.ts';
import type { PurgeSelection } from './trash.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';
import { holdsAny } from './trash-tables.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import type { TableReads } from '../../tams/table-access.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

interface Purged {
  readonly flows: number;
  readonly sources: number;
  readonly segments: number;
  /** Whether there may be more to purge. */
  readonly more: boolean;
}

/** Rows of each kind that one transaction removes. */
const STEP_SIZE = 500;

/** Ends what is in the trash: its rows go, and its objects are looked at by the reclaim. */
export class TrashPurge {
  readonly #store: VastStore;
  readonly #reclaimGraceMs: number;

  constructor(store: VastStore, reclaimGraceMs: number) {
    this.#store = store;
    this.#reclaimGraceMs = reclaimGraceMs;
  }

  /** Segments first, so that nothing is left behind of a flow that is gone. `check` throws where it must not be done. */
  step(selection: PurgeSelection, check: (tx: StoreTransaction) => Promise<void>): Promise<Purged> {
    return this.#store.transaction(
      async (tx) => {
        await check(tx);
        const segments = await trashOf(tx).selectForPurge(selection, STEP_SIZE);
        const objectIds = [...new Set(segments.map(({ objectId }) => objectId))];
        await Promise.all([
          trashOf(tx).removeSegments(segments.map(({ handle }) => handle)),
          tx.reclaimQueue.add(objectIds, Date.now() + this.#reclaimGraceMs, 'dropped'),
        ]);
        if (segments.length === STEP_SIZE) return { flows: 0, sources: 0, segments: STEP_SIZE, more: true };
        const [flows, sources] = await Promise.all([
          trashOf(tx).purgeFlows(selection, STEP_SIZE),
          trashOf(tx).purgeSources(selection, STEP_SIZE),
        ]);
        return { flows, sources, segments: segments.length, more: flows === STEP_SIZE || sources === STEP_SIZE };
      },
      { background: true },
    );
  }
}

const LEASE = 'purge';

/** How often what is too old is looked for. */
const IDLE_MS = 5_000;

interface PurgeParts {
  readonly reader: TableReads;
  readonly purge: TrashPurge;
  readonly retentionMs: number;
  readonly leases: LeaseKeeper;
  readonly logger: Logger;
}

/** Purges what has been in the trash for longer than the retention. It may use what is kept free for deletions. */
export function purgeWorker({ reader, purge, retentionMs, leases, logger }: PurgeParts): WorkerLoop {
  const round = async (signal: AbortSignal): Promise<number> => {
    const untilMs = Date.now() - retentionMs;
    if (!(await holdsAny(reader, untilMs))) return IDLE_MS;
    await leases.during(LEASE, async () => {
      let more = true;
      while (more && !signal.aborted) {
        const started = performance.now();
        const purged = await purge.step({ untilMs }, (tx) => leases.mustHold(tx, LEASE));
        logger.info(purged, 'purged what was deleted too long ago to be restored');
        more = purged.more;
        // As long a rest as the step was: purging never takes more than half of the writer's time.
        await pause(performance.now() - started);
      }
    });
    return IDLE_MS;
  };
  return new WorkerLoop('purge worker', (signal) => withReserve(() => round(signal)), logger);
}

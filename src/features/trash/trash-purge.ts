import { trashOf } from './trash-repository.ts';
import type { PurgeSelection } from './trash.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';

export interface Purged {
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

import { trashOf } from './trash-repository.ts';
import type { JsonText, Page, PageRequest } from '../../shared/paging.ts';
import type {
  DeletedDocument,
  DeletedFlow,
  DeletedFlowFilter,
  DeletedSegmentFilter,
  DeletedSourceFilter,
} from './trash.ts';
import type { Deletion } from '../../tams/deletion/deletion.ts';
import type { TrashReader } from './trash-reader.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { writableFlow } from '../../tams/flows/flow-access.ts';
import { withProperties } from '../../shared/json-text.ts';
import { type LeftOut, restoreFlow } from './flow-restore.ts';
import {
  deletionUnfinished,
  type RestoreConflict,
  restoreNext,
  type RestoreStep,
  RestoreTally,
} from './segment-restore.ts';
import type { TrashPurge } from './trash-purge.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';

/** The result of one restore request. */
export interface Restored {
  readonly flow_id: string;
  readonly restored_segments: number;
  /** The first of those segments that stay in the trash. */
  readonly conflicts: readonly RestoreConflict[];
  readonly conflict_count: number;
  /** Whether the request has to be repeated for the rest. */
  readonly remaining: boolean;
}

export interface RestoredFlow extends Restored {
  readonly deletion_id: string;
  readonly left_out: LeftOut;
}

export interface RestoredSegments extends Restored {
  /** The range for the next request, if anything remains. */
  readonly timerange_remaining?: string;
}

interface PurgeResult {
  readonly flows: number;
  readonly sources: number;
  readonly segments: number;
  readonly remaining: boolean;
}

/** Steps of a purge that one request makes. */
const PURGE_STEPS = 20;

/** Listing, restoring and purging what was deleted (docs/adr/0016-soft-delete.md). */
export class TrashService {
  readonly #store: VastStore;
  readonly #reader: TrashReader;
  readonly #purge: TrashPurge;

  constructor(store: VastStore, reader: TrashReader, purge: TrashPurge) {
    this.#store = store;
    this.#reader = reader;
    this.#purge = purge;
  }

  async flows(filter: DeletedFlowFilter, page: PageRequest): Promise<Page<JsonText>> {
    return shown(await this.#reader.flows(filter, page), () => '');
  }

  async sources(filter: DeletedSourceFilter, page: PageRequest): Promise<Page<JsonText>> {
    return shown(await this.#reader.sources(filter, page), () => '');
  }

  async segments(filter: DeletedSegmentFilter, page: PageRequest): Promise<Page<JsonText>> {
    return shown(await this.#reader.segments(filter, page), ({ flowId }) => `"flow_id":"${flowId}",`);
  }

  /** Without a deletion: what is being restored already, or else was deleted last. */
  async restoreFlow(flowId: string, deletionId: string | undefined, principal: string): Promise<RestoredFlow> {
    return this.#restoreFlow(async (tx) => {
      const flow = await trashOf(tx).findFlow(flowId, deletionId);
      return flow ?? notInTrash(`flow ${flowId}`, deletionId);
    }, principal);
  }

  /** Restores the flow that was the last of the source. Without a deletion: of the one that took the source last. */
  async restoreSource(sourceId: string, deletionId: string | undefined, principal: string): Promise<RestoredFlow> {
    return this.#restoreFlow(async (tx) => {
      const sources = await trashOf(tx).findSources(sourceId);
      const source = sources.find(({ deletion }) => deletionId === undefined || deletion.id === deletionId);
      if (source === undefined) return notInTrash(`source ${sourceId}`, deletionId);
      if ((await tx.sources.format(sourceId)) !== undefined) {
        throw new AppError('id_in_use', `there is a source ${sourceId} again`);
      }
      const flow = await trashOf(tx).flowOf(source.deletion.id);
      if (flow !== undefined) return flow;
      throw new AppError('no_flow_to_restore', `source ${sourceId} lost its last flow to another source, or a purge`);
    }, principal);
  }

  /** Segments that the timerange covers completely come back into a flow that exists. */
  async restoreSegments(
    flowId: string,
    selection: { readonly timerange: TimeRange | undefined; readonly deletionId: string | undefined },
  ): Promise<RestoredSegments> {
    const { timerange, deletionId } = selection;
    if (timerange === undefined && deletionId === undefined) {
      // A slip must never fill a flow.
      throw new AppError('invalid_request', 'timerange or deletion_id is required', { field: 'timerange' });
    }
    const { startNs: from, endNs, isEmpty } = timerange ?? TimeRange.EVERYTHING;
    const tally = new RestoreTally();
    let next = isEmpty ? undefined : from;
    let mayGoOn = true;
    while (mayGoOn && next !== undefined) {
      const startNs = next;
      const step = await this.#store.transaction(
        async (tx) => {
          if (deletionId !== undefined) await checkFinished(tx, deletionId);
          return restoreNext(tx, await writableFlow(tx, flowId), { deletionId, startNs, endNs });
        },
        { background: true },
      );
      mayGoOn = tally.add(step);
      next = step.nextNs;
    }
    if (next === undefined) return report(flowId, tally, false);
    return { ...report(flowId, tally, true), timerange_remaining: TimeRange.fromNs(next, endNs).toString() };
  }

  /** One deletion, or everything; throws `not_found` where there is no such deletion. */
  async purge(deletionId: string | undefined): Promise<PurgeResult> {
    const selection = deletionId === undefined ? { untilMs: Number.MAX_SAFE_INTEGER } : { deletionId };
    const check = async (tx: StoreTransaction): Promise<void> => {
      if (deletionId !== undefined) await checkFinished(tx, deletionId);
    };
    const sum = { flows: 0, sources: 0, segments: 0 };
    let more = true;
    for (let steps = 0; more && steps < PURGE_STEPS; steps++) {
      const purged = await this.#purge.step(selection, check);
      sum.flows += purged.flows;
      sum.sources += purged.sources;
      sum.segments += purged.segments;
      more = purged.more;
    }
    if (deletionId !== undefined && sum.flows + sum.sources + sum.segments === 0) {
      throw new AppError('not_found', `there is nothing of deletion ${deletionId} in the trash`);
    }
    return { ...sum, remaining: more };
  }

  async #restoreFlow(find: (tx: StoreTransaction) => Promise<DeletedFlow>, principal: string): Promise<RestoredFlow> {
    const { id, deletion, leftOut } = await this.#store.transaction(async (tx) => {
      const deleted = await find(tx);
      return { id: deleted.id, deletion: deleted.deletion, leftOut: await restoreFlow(tx, deleted, principal) };
    });
    const tally = new RestoreTally();
    let [remaining, mayGoOn] = [true, true];
    while (remaining && mayGoOn) {
      const step = await this.#restoreSegmentsOf(id, deletion);
      remaining = step?.nextNs !== undefined;
      if (step !== undefined) mayGoOn = tally.add(step);
    }
    return { ...report(id, tally, remaining), deletion_id: deletion.id, left_out: leftOut };
  }

  /** The next segments of a flow that is being restored; undefined where it no longer is. */
  #restoreSegmentsOf(flowId: string, deletion: Deletion): Promise<RestoreStep | undefined> {
    return this.#store.transaction(
      async (tx) => {
        const deleted = await trashOf(tx).findFlow(flowId, deletion.id);
        // Another request came to the end of it, or the flow was deleted again.
        if (deleted?.resumeNs == null) return undefined;
        const flow = await writableFlow(tx, flowId);
        const selection = { deletionId: deletion.id, startNs: deleted.resumeNs, endNs: null };
        const step = await restoreNext(tx, flow, selection);
        if (step.nextNs === undefined) await trashOf(tx).removeFlow(deleted.handle);
        else await trashOf(tx).setResume(deleted.handle, step.nextNs);
        return step;
      },
      { background: true },
    );
  }
}

function report(flowId: string, tally: RestoreTally, remaining: boolean): Restored {
  return {
    flow_id: flowId,
    restored_segments: tally.restored,
    conflicts: tally.conflicts,
    conflict_count: tally.conflictCount,
    remaining,
  };
}

function notInTrash(what: string, deletionId: string | undefined): never {
  const where = deletionId === undefined ? 'the trash' : `what deletion ${deletionId} left in the trash`;
  throw new AppError('not_found', `there is no ${what} in ${where}`);
}

/** Content that a running deletion still moves into the trash can be neither restored nor purged. */
async function checkFinished(tx: StoreTransaction, deletionId: string): Promise<void> {
  const request = await tx.deletionRequests.find(deletionId, Date.now());
  if (request !== undefined && request.status !== 'done') throw deletionUnfinished(`deletion ${deletionId} still runs`);
}

function shown<Item extends DeletedDocument>(
  { items, next }: Page<Item>,
  more: (item: Item) => JsonText,
): Page<JsonText> {
  const texts = items.map((item) => {
    const { id, at, by } = item.deletion;
    const told = `"deleted":true,"deleted_at":"${at}","deleted_by":${JSON.stringify(by)},"deletion_id":"${id}"`;
    return withProperties(item.document, more(item) + told);
  });
  return next === undefined ? { items: texts } : { items: texts, next };
}

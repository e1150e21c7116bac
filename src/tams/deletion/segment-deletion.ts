import { randomUUID } from 'node:crypto';
import type { Deletion, DeletionRequest, Membership } from './deletion.ts';
import { numbersWithout } from '../segments/segment-numbers.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSegmentsDeleted } from '../webhooks/event-publishing.ts';
import { contentWithout } from '../flows/flow-content.ts';
import type { FlowState } from '../flows/flow-state.ts';
import type { DeletableSegment, SegmentSelection } from '../segments/segment.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

export interface SegmentDeletionOptions {
  /** Up to this many segments are deleted before the answer; more become a deletion request. */
  readonly syncMax: number;
  /** How long an object is kept after its last segment was deleted. */
  readonly reclaimGraceMs: number;
  /** How long a deletion request is shown after it is done. */
  readonly requestExpiryMs: number;
  /** Called when there is a new deletion request to work on. */
  readonly onRequest: () => void;
}

/** Segments that one step of a deletion request removes: a transaction that others wait for only shortly. */
const STEP_SIZE = 500;

/** Up to this many segments are deleted among other requests: about as much work as a POST of them. */
const INTERACTIVE_MAX = 100;

/** Undoes a deletion among other requests that turns out to be a long one. */
class TooManySegments extends Error {}

/**
 * Deletes segments: at once where they are few, in steps that survive a restart where they are many. In the background
 * each wait for the store costs a turn of a busy thread while the write lock is held, so independent reads run
 * together.
 */
export class SegmentDeletion {
  readonly #store: VastStore;
  readonly #options: SegmentDeletionOptions;
  /** Transactions that others wait for must be short. */
  readonly #interactive = new WeakSet<StoreTransaction>();

  constructor(store: VastStore, options: SegmentDeletionOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Runs the transaction of a DELETE, in which `work` calls `deleteSegments` or `deleteFlow`: among other requests where
   * few segments go, off their path where there are more. It may run `work` more than once.
   */
  async run(
    work: (tx: StoreTransaction) => Promise<DeletionRequest | undefined>,
  ): Promise<DeletionRequest | undefined> {
    let request;
    try {
      request = await this.#store.transaction((tx) => {
        this.#interactive.add(tx);
        return work(tx);
      });
    } catch (error) {
      if (!(error instanceof TooManySegments)) throw error;
      request = await this.#store.transaction(work, { background: true });
    }
    if (request !== undefined) this.#options.onRequest();
    return request;
  }

  /** A new deletion, done at once or as a request. */
  begin(principal: string): Deletion {
    return { id: randomUUID(), at: now(), by: principal };
  }

  async deleteSegments(
    tx: StoreTransaction,
    flow: FlowState,
    selection: SegmentSelection,
    principal: string,
  ): Promise<DeletionRequest | undefined> {
    const deletion = this.begin(principal);
    const segments = await this.#selectToDeleteNow(tx, flow, selection);
    if (segments !== undefined) {
      await this.#removeFromFlow(tx, flow, segments, deletion);
      return undefined;
    }
    const [request] = await Promise.all([
      this.#request(tx, flow, selection, false, deletion),
      tx.flows.setActiveDeletions(flow.handle, flow.activeDeletions + 1),
    ]);
    return request;
  }

  /** `memberships` are the places that it had in the collections of others. */
  async deleteFlow(
    tx: StoreTransaction,
    flow: FlowState,
    deletion: Deletion,
    memberships: readonly Membership[],
  ): Promise<DeletionRequest | undefined> {
    const everything = { timerange: TimeRange.EVERYTHING };
    // Open deletions of the flow end with it: a later flow with the same id is another one.
    const [segments] = await Promise.all([
      this.#selectToDeleteNow(tx, flow, everything),
      this.#finishUnfinishedOf(tx, flow.id),
    ]);
    for (const keeper of tx.subscribers.keepers) await keeper.keepFlow(tx.rows, flow.id, memberships, deletion);
    if (segments !== undefined) {
      await Promise.all([this.#remove(tx, flow, segments, deletion), tx.flows.remove(flow)]);
      return undefined;
    }
    const [request] = await Promise.all([
      this.#request(tx, flow, everything, true, deletion),
      tx.flows.markDeleting(flow),
    ]);
    return request;
  }

  /**
   * Removes the next segments of a request. Returns whether there is more to do. `mustBeOurs` throws if another process
   * works on the request by now; progress is read again in each step.
   */
  async step(
    { id, flowId, deleteFlow }: Pick<DeletionRequest, 'id' | 'flowId' | 'deleteFlow'>,
    mustBeOurs: (tx: StoreTransaction) => Promise<void>,
  ): Promise<boolean> {
    return this.#store.transaction(
      async (tx) => {
        const [request, flow] = await Promise.all([
          tx.deletionRequests.find(id, Date.now()),
          deleteFlow ? tx.flows.deletingState(flowId) : tx.flows.state(flowId),
          mustBeOurs(tx),
        ]);
        if (request === undefined || request.status === 'done') return false;
        if (flow === undefined) {
          await this.#finish(tx, request);
          return false;
        }
        const { timerangeRemaining: timerange, objectId } = request;
        const selection = objectId === undefined ? { timerange } : { timerange, objectId };
        const segments = await tx.segments.selectForDeletion(flow, selection, STEP_SIZE);
        const last = segments.at(-1);
        const more = segments.length === STEP_SIZE && last !== undefined;
        const deletion = { id: request.id, at: request.created, by: request.createdBy };
        await Promise.all([
          // Nobody sees the content of a flow that is being deleted.
          deleteFlow ? this.#remove(tx, flow, segments, deletion) : this.#removeFromFlow(tx, flow, segments, deletion),
          more ? this.#proceed(tx, request, last) : this.#finish(tx, request),
          more || !deleteFlow ? undefined : tx.flows.remove(flow),
        ]);
        if (!more && !deleteFlow) await tx.flows.setActiveDeletions(flow.handle, flow.activeDeletions - 1);
        return more;
      },
      { background: true },
    );
  }

  /**
   * The segments that go before the answer; undefined where they are too many for that.
   *
   * @throws TooManySegments where they are too many for the lane of this transaction.
   */
  async #selectToDeleteNow(
    tx: StoreTransaction,
    flow: FlowState,
    selection: SegmentSelection,
  ): Promise<DeletableSegment[] | undefined> {
    const { syncMax } = this.#options;
    const max = this.#interactive.has(tx) ? Math.min(syncMax, INTERACTIVE_MAX) : syncMax;
    const segments = await tx.segments.selectForDeletion(flow, selection, max + 1);
    if (segments.length <= max) return segments;
    if (max < syncMax) throw new TooManySegments();
    return undefined;
  }

  async #finishUnfinishedOf(tx: StoreTransaction, flowId: string): Promise<void> {
    for (const request of await tx.deletionRequests.unfinishedOf(flowId)) await this.#finish(tx, request);
  }

  async #finish(tx: StoreTransaction, request: DeletionRequest): Promise<void> {
    const { error: _, ...present } = request;
    await tx.deletionRequests.update({
      ...present,
      status: 'done',
      updated: now(),
      timerangeRemaining: TimeRange.EMPTY,
      expiry: new Date(Date.now() + this.#options.requestExpiryMs).toISOString(),
    });
  }

  async #proceed(tx: StoreTransaction, request: DeletionRequest, last: DeletableSegment): Promise<void> {
    const { error: _, ...present } = request;
    await tx.deletionRequests.update({
      ...present,
      status: 'started',
      updated: now(),
      timerangeRemaining: request.timerangeRemaining.intersect(TimeRange.fromNs(last.endNs, null)),
    });
  }

  async #request(
    tx: StoreTransaction,
    flow: FlowState,
    selection: SegmentSelection,
    deleteFlow: boolean,
    deletion: Deletion,
  ): Promise<DeletionRequest> {
    const content =
      flow.content === null ? TimeRange.EMPTY : TimeRange.fromNs(flow.content.startNs, flow.content.endNs);
    const timerange = selection.timerange.intersect(content);
    const request: DeletionRequest = {
      id: deletion.id,
      flowId: flow.id,
      timerangeToDelete: timerange,
      timerangeRemaining: timerange,
      ...(selection.objectId === undefined ? {} : { objectId: selection.objectId }),
      deleteFlow,
      created: deletion.at,
      createdBy: deletion.by,
      updated: deletion.at,
      status: 'created',
    };
    await tx.deletionRequests.insert(request);
    return request;
  }

  /** Removes segments of a flow that stays. */
  async #removeFromFlow(
    tx: StoreTransaction,
    flow: FlowState,
    segments: readonly DeletableSegment[],
    deletion: Deletion,
  ): Promise<void> {
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined) return;
    for (const keeper of tx.subscribers.keepers) await keeper.keepSegments(tx.rows, flow, segments, deletion);
    await Promise.all([
      this.#queueObjects(tx, segments),
      removeAndUpdateContent(tx, flow, segments),
      publishSegmentsDeleted(tx, flow, TimeRange.fromNs(first.startNs, last.endNs)),
    ]);
  }

  /** Removes segments of a flow that is being deleted. */
  async #remove(
    tx: StoreTransaction,
    flow: FlowState,
    segments: readonly DeletableSegment[],
    deletion: Deletion,
  ): Promise<void> {
    if (segments.length === 0) return;
    for (const keeper of tx.subscribers.keepers) await keeper.keepSegments(tx.rows, flow, segments, deletion);
    await Promise.all([this.#queueObjects(tx, segments), tx.segments.remove(segments)]);
  }

  /** Kept segments still use their objects. */
  async #queueObjects(tx: StoreTransaction, segments: readonly DeletableSegment[]): Promise<void> {
    if (tx.subscribers.keepers.length > 0) return;
    const objectIds = [...new Set(segments.map(({ objectId }) => objectId))];
    await tx.reclaimQueue.add(objectIds, Date.now() + this.#options.reclaimGraceMs, 'dropped');
  }
}

async function removeAndUpdateContent(
  tx: StoreTransaction,
  flow: FlowState,
  removed: readonly DeletableSegment[],
): Promise<void> {
  await tx.segments.remove(removed);
  const hull = await tx.segments.hullWithout(flow, removed);
  const content = hull === undefined ? null : contentWithout(flow.content, hull, removed);
  await tx.flows.setContent(flow, content, now(), numbersWithout(flow, removed, hull?.startNs));
}

import { randomUUID } from 'node:crypto';
import type { DeletionRequest } from '../domain/deletion-request.ts';
import type {
  DeletableSegment,
  FlowContent,
  FlowState,
  SegmentSelection,
  Store,
  StoreTransaction,
} from '../domain/store.ts';
import { TimeRange } from '../shared/time/timerange.ts';
import { now } from './clock.ts';

export interface SegmentDeletionOptions {
  /** Up to this many segments are deleted before the answer; more become a deletion request. */
  readonly syncMax: number;
  /** How long an object is kept after its last segment went. */
  readonly reclaimGraceMs: number;
  /** How long a deletion request is shown after it is done. */
  readonly requestExpiryMs: number;
  /** Called when there is a new deletion request to work on. */
  readonly onRequest: () => void;
}

/** Segments that one step of a deletion request removes: a transaction that others wait for only shortly. */
const STEP_SIZE = 500;

/** Deletes segments: at once where they are few, in steps that survive a restart where they are many. */
export class SegmentDeletion {
  readonly #store: Store;
  readonly #options: SegmentDeletionOptions;

  constructor(store: Store, options: SegmentDeletionOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Runs the transaction of a DELETE, off the path of other requests. */
  async run(
    work: (tx: StoreTransaction) => Promise<DeletionRequest | undefined>,
  ): Promise<DeletionRequest | undefined> {
    const request = await this.#store.transaction(work, { background: true });
    if (request !== undefined) this.#options.onRequest();
    return request;
  }

  async deleteSegments(
    tx: StoreTransaction,
    flow: FlowState,
    selection: SegmentSelection,
    principal: string,
  ): Promise<DeletionRequest | undefined> {
    const segments = await tx.segments.selectForDeletion(flow.id, selection, this.#options.syncMax + 1);
    if (segments.length <= this.#options.syncMax) {
      await this.#remove(tx, flow, segments);
      return undefined;
    }
    await tx.flows.setActiveDeletions(flow.handle, flow.activeDeletions + 1);
    return this.#request(tx, flow, selection, false, principal);
  }

  async deleteFlow(tx: StoreTransaction, flow: FlowState, principal: string): Promise<DeletionRequest | undefined> {
    // What was still to be deleted of the flow goes with it; a flow that gets the same id later is another one.
    for (const request of await tx.deletionRequests.unfinishedOf(flow.id)) await this.#finish(tx, request);
    const everything = { timerange: TimeRange.EVERYTHING };
    const segments = await tx.segments.selectForDeletion(flow.id, everything, this.#options.syncMax + 1);
    if (segments.length <= this.#options.syncMax) {
      await this.#remove(tx, flow, segments);
      await tx.flows.remove(flow);
      return undefined;
    }
    await tx.flows.markDeleting(flow);
    return this.#request(tx, flow, everything, true, principal);
  }

  /**
   * Removes the next segments of a request. Returns whether there is more to do. The request is read anew each time:
   * another process may be at work on it too.
   */
  async step(requestId: string): Promise<boolean> {
    return this.#store.transaction(
      async (tx) => {
        const request = await tx.deletionRequests.find(requestId, Date.now());
        if (request === undefined || request.status === 'done') return false;
        const flow = request.deleteFlow
          ? await tx.flows.deletingState(request.flowId)
          : await tx.flows.state(request.flowId);
        if (flow === undefined) {
          await this.#finish(tx, request);
          return false;
        }
        const { timerangeRemaining: timerange, objectId } = request;
        const selection = objectId === undefined ? { timerange } : { timerange, objectId };
        const segments = await tx.segments.selectForDeletion(request.flowId, selection, STEP_SIZE);
        await this.#remove(tx, flow, segments);
        const last = segments.at(-1);
        if (segments.length < STEP_SIZE || last === undefined) {
          if (request.deleteFlow) await tx.flows.remove(flow);
          else await tx.flows.setActiveDeletions(flow.handle, flow.activeDeletions - 1);
          await this.#finish(tx, request);
          return false;
        }
        const { error: _, ...present } = request;
        await tx.deletionRequests.update({
          ...present,
          status: 'started',
          updated: now(),
          timerangeRemaining: timerange.intersect(TimeRange.fromNs(last.endNs, null)),
        });
        return true;
      },
      { background: true },
    );
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

  async #request(
    tx: StoreTransaction,
    flow: FlowState,
    selection: SegmentSelection,
    deleteFlow: boolean,
    principal: string,
  ): Promise<DeletionRequest> {
    const content =
      flow.content === null ? TimeRange.EMPTY : TimeRange.fromNs(flow.content.startNs, flow.content.endNs);
    const timerange = selection.timerange.intersect(content);
    const time = now();
    const request: DeletionRequest = {
      id: randomUUID(),
      flowId: flow.id,
      timerangeToDelete: timerange,
      timerangeRemaining: timerange,
      ...(selection.objectId === undefined ? {} : { objectId: selection.objectId }),
      deleteFlow,
      created: time,
      createdBy: principal,
      updated: time,
      status: 'created',
    };
    await tx.deletionRequests.insert(request);
    return request;
  }

  async #remove(tx: StoreTransaction, flow: FlowState, segments: readonly DeletableSegment[]): Promise<void> {
    if (segments.length === 0) return;
    await tx.segments.remove(segments);
    await tx.flows.setContent(flow, await contentWithout(tx, flow, segments), now());
    const objectIds = [...new Set(segments.map(({ objectId }) => objectId))];
    await tx.reclaimQueue.add(objectIds, Date.now() + this.#options.reclaimGraceMs, 'dropped');
  }
}

async function contentWithout(
  tx: StoreTransaction,
  flow: FlowState,
  segments: readonly DeletableSegment[],
): Promise<FlowContent | null> {
  const hull = await tx.segments.hull(flow.id);
  if (hull === undefined || flow.content === null) return null;
  const removedNs = segments.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n);
  return { ...hull, coveredNs: flow.content.coveredNs - removedNs };
}

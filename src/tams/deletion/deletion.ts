import type { FlowCollectionItem } from '../flows/flow.ts';
import type { NewSegment } from '../segments/segment.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';

/** One request that deleted something, whether it was done at once or in steps. */
export interface Deletion {
  readonly id: string;
  /** UTC, RFC 3339. */
  readonly at: string;
  readonly by: string;
}

/** A place that a flow had in the collection of another one. */
export interface Membership {
  readonly flowId: string;
  readonly position: number;
  readonly item: FlowCollectionItem;
}

/** A flow in one of its lives. */
export interface LivingFlow {
  readonly id: string;
  readonly life: string;
}

/** A segment of a flow, by its place. */
export type PlacedSegment = Pick<NewSegment, 'startNs' | 'objectId'>;

export type DeletionStatus = 'created' | 'started' | 'done' | 'error';

/** A deletion that goes on after its request was answered (TAMS 7.0, `schemas/deletion-request.json`). */
export interface DeletionRequest {
  readonly id: string;
  readonly flowId: string;
  readonly timerangeToDelete: TimeRange;
  readonly timerangeRemaining: TimeRange;
  /** Only segments of this object, where given. */
  readonly objectId?: string;
  readonly deleteFlow: boolean;
  readonly created: string;
  readonly createdBy: string;
  readonly updated: string;
  readonly expiry?: string;
  readonly status: DeletionStatus;
  readonly error?: { type: string; summary: string; time: string };
}

import type { TimeRange } from '../../shared/time/timerange.ts';

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

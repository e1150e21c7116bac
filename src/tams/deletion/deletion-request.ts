import type { Page, PageRequest } from '../../shared/paging.ts';
import type { SortOrder } from '../documents/filters.ts';
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

export interface DeletionRequestReads {
  /** Without an order, the oldest first. */
  list(nowMs: number, page: PageRequest, order?: SortOrder<'created' | 'expiry'>): Promise<Page<DeletionRequest>>;
  find(id: string, nowMs: number): Promise<DeletionRequest | undefined>;
  /** Not yet done, oldest first. */
  unfinished(): Promise<DeletionRequest[]>;
  hasExpired(nowMs: number): Promise<boolean>;
}

export interface DeletionRequests extends DeletionRequestReads {
  insert(request: DeletionRequest): Promise<void>;
  update(request: DeletionRequest): Promise<void>;
  unfinishedOf(flowId: string): Promise<DeletionRequest[]>;
  removeExpired(nowMs: number): Promise<number>;
}

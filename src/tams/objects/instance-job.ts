import type { ObjectLocation } from '../segments/segment.ts';
import type { RowHandle } from '../table-access.ts';

/** To make an instance of an object, or to delete the bytes of one that the object has no more. */
export type InstanceTask = 'copy' | 'remove';

/** Work on an instance. Its row is written before any bytes are, and stays until the object has them or they are gone. */
export interface InstanceJob extends ObjectLocation {
  readonly objectId: string;
  readonly task: InstanceTask;
  /** When it is to be tried (again), in ms since 1970. */
  readonly dueMs: number;
  readonly createdMs: number;
  /** Those that failed. */
  readonly attempts: number;
  /** The principal who asked for it. */
  readonly principal: string;
}

export interface StoredInstanceJob extends InstanceJob {
  readonly handle: RowHandle;
}

/** How many copies wait. */
export interface WaitingCopies {
  readonly total: number;
  readonly ofPrincipal: number;
}

import type { ObjectPlace } from '../../../formats/s3-notification.ts';

/** Objects that are to be inspected, and how often that was tried. */
export interface QueuedInspection {
  readonly id: string;
  readonly objectIds: readonly string[];
  /** Whatever lies there by now: an object, a file of a bucket, or nothing. */
  readonly places: readonly ObjectPlace[];
  /** Attempts that failed. */
  readonly attempt: number;
}

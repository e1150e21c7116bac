import type { ObjectPlace } from '../../../formats/s3-notification.ts';

/** Objects that are to be inspected, and how often that was tried. */
export interface QueuedInspection {
  readonly id: string;
  readonly objectIds: readonly string[];
  /** Keys of buckets: by now an object may lie there, another file, or nothing. */
  readonly places: readonly ObjectPlace[];
  /** Attempts that failed. */
  readonly attempt: number;
}

import type { ClaimedJob } from './job.ts';

/** Counts of jobs; `waiting` includes those that wait to be tried again, which `failed` counts too. */
export interface QueueStats {
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
  readonly dead: number;
}

export interface ConsumeOptions {
  /** Jobs of this consumer that run at once. */
  readonly concurrency: number;
  /** How long a job may run before it counts as failed. */
  readonly timeoutMs: number;
}

/**
 * Does one job. A job that resolves is completed; one that rejects is tried again, later, or at once and uncounted
 * where it rejects with JobHandedBack. One that is given up leaves its asset in quarantine. `signal` is aborted when
 * the job's time is up, or its lease was lost: after that, another consumer may do the same work.
 */
export type JobHandler = (job: ClaimedJob, signal: AbortSignal) => Promise<void>;

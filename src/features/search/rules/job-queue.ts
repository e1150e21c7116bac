import type { ClaimedJob, Job, JobFailure, JobInput } from './job.ts';

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

export interface Consumer {
  /** Takes no further jobs; resolves when those that run have ended. */
  stop(): Promise<void>;
  /** Failures of the queue since its last success; failed jobs do not count. */
  readonly failures: { readonly inRow: number; readonly last: string | undefined };
}

/**
 * Does one job. A job that resolves is completed; one that rejects is tried again, later, or at once and uncounted
 * where it rejects with JobHandedBack. One that is given up leaves its asset in quarantine. `signal` is aborted when
 * the job's time is up, or its lease was lost: after that, another consumer may do the same work.
 */
export type JobHandler = (job: ClaimedJob, signal: AbortSignal) => Promise<void>;

/** Jobs that survive any process: at most one consumer holds a job at a time, and none is lost. */
export interface JobQueue {
  /** Returns the job of this idempotency key: a new one, or the existing one in any state. */
  enqueue(input: JobInput): Promise<Job>;
  enqueueWithDelay(input: JobInput, delayMs: number): Promise<Job>;
  /**
   * The same for many, in one transaction; but done jobs run once more. Returns the jobs, in the order of the inputs.
   */
  enqueueAnew(inputs: readonly JobInput[], delayMs: number): Promise<Job[]>;
  consume(handler: JobHandler, options: ConsumeOptions): Consumer;
  /** False, and nothing is changed, where the lease is not the caller's any more; likewise below. */
  ack(job: ClaimedJob): Promise<boolean>;
  /** Lets the job be tried again after a delay, or moves it to the dead letters when that makes no sense. */
  nack(job: ClaimedJob, failure: JobFailure): Promise<boolean>;
  moveToDeadLetters(job: ClaimedJob, failure: JobFailure): Promise<boolean>;
  stats(): Promise<QueueStats>;
  health(): Promise<void>;
  /** Stops all consumers. */
  close(): Promise<void>;
}

/** Operators' control of the queue. It affects all processes, and those that start later. */
export interface QueueControl {
  /** No more jobs are taken; running ones are completed. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  isPaused(): Promise<boolean>;
  /**
   * Lets a job that was given up be tried anew, and removes its dead letter. Its asset is `retrying` then, until the job has
   * ended, where it was in quarantine or put aside. Throws AppError `not_found`.
   */
  requeue(deadLetterId: string): Promise<Job>;
  /** The same for all failed jobs of an asset. Returns their number. */
  requeueAsset(assetId: string): Promise<number>;
  /** How long the oldest due job has waited; 0 if there is none. */
  waitedMs(): Promise<number>;
  /** Forgets jobs that were completed before this time; their keys can be enqueued again. Returns how many. */
  purgeCompleted(completedBeforeMs: number): Promise<number>;
  /**
   * Forgets jobs that were given up before this time, and their dead letters, unless their asset is in quarantine. Returns how
   * many letters.
   */
  purgeDeadLetters(createdBeforeMs: number): Promise<number>;
}

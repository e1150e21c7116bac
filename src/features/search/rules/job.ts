import { AppError } from '../../../shared/errors.ts';
import type { RecommendedAction } from './asset.ts';

export type JobStatus = 'waiting' | 'active' | 'completed' | 'failed' | 'dead';

export interface Job {
  readonly id: string;
  /** Enqueuing the same key again is the same job. */
  readonly idempotencyKey: string;
  readonly assetId: string;
  readonly versionId: string | null;
  /** The engine for the job, and its options. */
  readonly enginePolicy: string | null;
  /** JSON, for the handler alone. */
  readonly data: string;
  /** Number of attempts. */
  readonly attempt: number;
  /** `failed`: it failed, and waits to be tried again. */
  readonly status: JobStatus;
  readonly lastError: string | null;
  /** Unix milliseconds, all of these. */
  readonly enqueuedMs: number;
  readonly scheduledMs: number;
  readonly startedMs: number | null;
}

export type JobInput = Pick<Job, 'idempotencyKey' | 'assetId'> &
  Partial<Pick<Job, 'versionId' | 'enginePolicy' | 'data'>>;

/** A job that a consumer holds. The token tells this holding of it from any other, before and after. */
export interface ClaimedJob extends Job {
  readonly leaseToken: string;
  readonly leaseExpiresMs: number;
}

/** Why a job failed. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  /** Whether another attempt may help. */
  readonly retryable: boolean;
  /** The action that may help once the job is given up; retrying by default. */
  readonly recommendedAction?: RecommendedAction;
}

/** The failure of a job. Any other error counts as one that a retry may help. */
export class JobError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly recommendedAction: RecommendedAction;
  /** Only for the log: a server's address, and its words. */
  readonly detail: string | undefined;

  /** `recommendedAction` is for the case that the job is given up. The message is shown to clients. */
  constructor(failure: JobFailure, { detail, ...options }: ErrorOptions & { readonly detail?: string } = {}) {
    super(failure.message, options);
    this.name = 'JobError';
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.recommendedAction = failure.recommendedAction ?? 'retry';
    this.detail = detail;
  }
}

/** The failure as clients see it: foreign errors may name hosts and paths. */
export const shownMessageOf = (error: unknown): string =>
  error instanceof JobError || error instanceof AppError
    ? error.message
    : 'It failed for a reason that the log of the server tells.';

/** The handler was told to stop: the job goes back as if it had never been taken. */
export class JobHandedBack extends Error {}

/** A job that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly jobId: string;
  readonly assetId: string;
  readonly versionId: string | null;
  readonly errorCode: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly attempt: number;
  /** JSON of the job as it was. */
  readonly jobData: string;
  readonly logs: string | null;
  readonly createdMs: number;
}

export type DeadLetterInput = Omit<DeadLetter, 'id' | 'createdMs'>;

export const MAX_ATTEMPTS = 5;
/** Pause between the attempts of a job: 1 s, doubling, at most 300 s, give or take a quarter. */
export const JOB_BACKOFF = { baseMs: 1_250, maxMs: 375_000, jitter: 0.4 };

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

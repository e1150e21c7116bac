import { setTimeout as pause } from 'node:timers/promises';
import {
  type ClaimedJob,
  type ConsumeOptions,
  JobError,
  type JobFailure,
  JobHandedBack,
  type JobHandler,
  shownMessageOf,
} from '../rules/job.ts';
import { isStorageFull } from '../../../operation/disk-reserve.ts';
import { backoffMs } from '../../../shared/retry.ts';
import { AppError } from '../../../shared/errors.ts';

/** The operations of a queue that a consumer uses. */
interface JobSource {
  claim(limit: number): Promise<ClaimedJob[]>;
  /** The tokens that are still held. */
  renew(tokens: readonly string[]): Promise<Set<string>>;
  ack(job: ClaimedJob): Promise<boolean>;
  nack(job: ClaimedJob, failure: JobFailure): Promise<boolean>;
  /** Lets another take the job at once; the attempt does not count. */
  handBack(job: ClaimedJob): Promise<boolean>;
  /** Failures that are not of a job, such as unreachable tables. */
  report(error: unknown): void;
}

export interface ConsumerTimes {
  readonly leaseMs: number;
  /** Pause between looks for jobs when there were none. */
  readonly pollMs: number;
}

/** Pause between attempts while the queue cannot be used. */
const RETRY_MAX_MS = 10_000;
/** A queue that was empty this long is checked this rarely: many servers have no media to search. */
const RESTING_AFTER_MS = 60_000;
const RESTING_POLL_MS = 5_000;

/** Failures of the queue since its last success; failed jobs do not count. */
interface QueueFailures {
  readonly inRow: number;
  readonly last: string | undefined;
}

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Takes jobs as it has room, renews their leases while they run, and records their outcome. */
export class JobConsumer {
  readonly #source: JobSource;
  readonly #handler: JobHandler;
  readonly #options: ConsumeOptions;
  readonly #times: ConsumerTimes;
  /** Running jobs by the tokens of their leases. */
  readonly #running = new Map<string, Running>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>;
  #nap = new AbortController();
  #failures: QueueFailures = { inRow: 0, last: undefined };
  #roomMade = Promise.withResolvers<undefined>();

  constructor(source: JobSource, handler: JobHandler, options: ConsumeOptions, times: ConsumerTimes) {
    this.#source = source;
    this.#handler = handler;
    this.#options = options;
    this.#times = times;
    this.#ended = Promise.all([this.#takeJobs(), this.#keepLeases()]);
  }

  get failures(): QueueFailures {
    return this.#failures;
  }

  /** Looks for jobs at once. */
  wake(): void {
    this.#nap.abort();
  }

  /** Takes no further jobs; resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nap.abort();
    this.#roomMade.resolve(undefined);
    await this.#ended;
  }

  async #takeJobs(): Promise<void> {
    let lastJobAt = performance.now();
    while (!this.#stopping.signal.aborted) {
      const room = this.#options.concurrency - this.#running.size;
      if (room <= 0) {
        await this.#roomMade.promise;
        this.#roomMade = Promise.withResolvers();
        continue;
      }
      this.#nap = new AbortController();
      const jobs = await this.#claim(room);
      for (const job of jobs) this.#start(job);
      if (jobs.length > 0) {
        lastJobAt = performance.now();
        continue;
      }
      const rests = performance.now() - lastJobAt > RESTING_AFTER_MS;
      const pollMs = rests ? RESTING_POLL_MS : this.#times.pollMs;
      const ms = backoffMs(this.#failures.inRow + 1, { baseMs: pollMs, maxMs: RETRY_MAX_MS, jitter: 0 });
      await this.#wait(ms, this.#nap.signal);
    }
    await Promise.all(Array.from(this.#running.values(), ({ done }) => done));
  }

  async #keepLeases(): Promise<void> {
    // Waits for running jobs, which keep their leases.
    while (!this.#stopping.signal.aborted || this.#running.size > 0) {
      if (this.#stopping.signal.aborted) await this.#untilOneEnds(this.#times.leaseMs / 3);
      else await this.#wait(this.#times.leaseMs / 3, this.#stopping.signal);
      const tokens = [...this.#running.keys()];
      if (tokens.length === 0) continue;
      try {
        const held = await this.#source.renew(tokens);
        for (const token of tokens) {
          if (!held.has(token)) this.#running.get(token)?.abort.abort(new Error('the lease of this job was lost'));
        }
      } catch (error) {
        this.#source.report(error);
      }
    }
  }

  async #claim(limit: number): Promise<ClaimedJob[]> {
    try {
      const jobs = await this.#source.claim(limit);
      if (this.#failures.inRow > 0) this.#failures = { inRow: 0, last: undefined };
      return jobs;
    } catch (error) {
      if (isStorageFull(error)) {
        // The jobs wait until there is space to write to.
        await this.#wait(RETRY_MAX_MS, this.#stopping.signal);
        return [];
      }
      const last = error instanceof Error ? error.message : String(error);
      this.#failures = { inRow: this.#failures.inRow + 1, last };
      this.#source.report(error);
      return [];
    }
  }

  #start(job: ClaimedJob): void {
    const abort = new AbortController();
    const done = this.#run(job, abort).finally(() => {
      this.#running.delete(job.leaseToken);
      this.#roomMade.resolve(undefined);
    });
    this.#running.set(job.leaseToken, { abort, done });
  }

  /** Never rejects. */
  async #run(job: ClaimedJob, abort: AbortController): Promise<void> {
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => {
      abort.abort(new Error(`the job took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      const failure = await this.#attempt(job, abort.signal);
      if (failure === undefined) await this.#source.ack(job);
      else if (failure instanceof JobHandedBack) await this.#source.handBack(job);
      else await this.#source.nack(job, failure);
    } catch (error) {
      // The outcome could not be stored: the lease runs out, and the job is repeated.
      this.#source.report(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #attempt(job: ClaimedJob, signal: AbortSignal): Promise<JobFailure | JobHandedBack | undefined> {
    const aborted = new Promise<never>((_, reject) => {
      // It is aborted with an error alone.
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      await Promise.race([this.#handler(job, signal), aborted]);
      return undefined;
    } catch (error) {
      return error instanceof JobHandedBack ? error : failureOf(error);
    }
  }

  /** Or until this time has passed. */
  async #untilOneEnds(ms: number): Promise<void> {
    const timer = new AbortController();
    const ends = Array.from(this.#running.values(), ({ done }) => done);
    await Promise.race([pause(ms, undefined, { signal: timer.signal }), ...ends]);
    timer.abort();
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await pause(ms, undefined, { signal });
    } catch {
      // It was stopped, or woken.
    }
  }
}

/** A client error does not go away by repetition. */
function failureOf(error: unknown): JobFailure {
  const message = shownMessageOf(error);
  if (error instanceof JobError) {
    const { code, retryable, recommendedAction } = error;
    return { code, message, retryable, recommendedAction };
  }
  if (error instanceof AppError) {
    return { code: error.code, message, retryable: error.status >= 500 || error.status === 409 };
  }
  return { code: 'handler_failed', message, retryable: true };
}

import type { Logger } from 'pino';
import { type ClaimedJob, JobHandedBack } from '../rules/job.ts';
import type { JobConsumer } from '../repositories/job-consumer.ts';
import type { ConsumeOptions, JobHandler } from '../rules/job-queue.ts';
import type { WorkerStatus } from '../../../operation/worker-loop.ts';
import type { JobQueue } from '../repositories/job-queue.ts';

/** Works on the jobs of media search, several at once. */
export class JobWorker {
  readonly #queue: Pick<JobQueue, 'consume'>;
  readonly #handler: JobHandler;
  readonly #options: ConsumeOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  /** Start of each running job. */
  readonly #running = new Map<string, number>();
  #consumer: JobConsumer | undefined;
  #lastSuccess: number | undefined;

  constructor(queue: Pick<JobQueue, 'consume'>, handler: JobHandler, options: ConsumeOptions, logger: Logger) {
    this.#queue = queue;
    this.#logger = logger;
    this.#handler = handler;
    this.#options = options;
  }

  /** It fails if the queue cannot be used. A failed job is about its medium, not about the worker. */
  get status(): WorkerStatus {
    const { inRow = 0, last } = this.#consumer?.failures ?? {};
    const began = [...this.#running.values()];
    return {
      name: 'search job worker',
      running: this.#consumer !== undefined && !this.#stopping.signal.aborted,
      busySince: began.length === 0 ? undefined : Math.min(...began),
      overdue: false,
      lastSuccess: this.#lastSuccess,
      failuresInRow: inRow,
      lastFailure: last,
    };
  }

  start(): void {
    this.#consumer ??= this.#queue.consume((job, signal) => this.#run(job, signal), this.#options);
  }

  /** Ends the running jobs, so that other processes take them at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#consumer?.stop();
  }

  async #run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    this.#running.set(job.leaseToken, Date.now());
    try {
      // It may have been taken while the worker was told to stop.
      this.#stopping.signal.throwIfAborted();
      await this.#handler(job, AbortSignal.any([signal, this.#stopping.signal]));
      this.#lastSuccess = Date.now();
    } catch (error) {
      if (this.#stopping.signal.aborted) throw new JobHandedBack('the worker is stopping', { cause: error });
      // The log has all details; clients see less.
      const { id: jobId, assetId, versionId, attempt } = job;
      this.#logger.warn({ jobId, assetId, versionId, attempt, err: error }, 'a job of media search failed');
      throw error;
    } finally {
      this.#running.delete(job.leaseToken);
    }
  }
}

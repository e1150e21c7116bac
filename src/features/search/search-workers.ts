import type { Logger } from 'pino';
import { type ClaimedJob, type ConsumeOptions, JobError, JobHandedBack, type JobHandler } from './rules/job.ts';
import type { JobConsumer } from './repositories/job-consumer.ts';
import { WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';
import type { JobQueue } from './repositories/job-queue.ts';
import type { EmbeddingUpkeep } from './services/embedding-upkeep.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import type { SearchDatabase } from './repositories/search-database.ts';
import type { QueueControl } from './repositories/queue-control.ts';
import type { ObjectWatch, SubscribeOptions } from './repositories/object-watch.ts';
import type { ObjectEvents } from './services/object-events.ts';
import type { ObjectStorage } from './repositories/object-storage.ts';

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

const UPKEEP_LEASE = 'search-embedding-upkeep';
const IDLE_MS = 600_000;
/** Pause between looks while jobs run. */
const BUSY_MS = 10_000;
/** Pause until a failed model is tried again. */
const RETRY_MS = 60_000;

/** Queues jobs for published versions without vectors of the present model: at the start, and regularly afterwards. */
export function embeddingWorker(upkeep: EmbeddingUpkeep, leases: LeaseKeeper, logger: Logger): WorkerLoop {
  let openBefore = 0;
  const round = async (): Promise<number> => {
    let open = 0;
    try {
      if (await upkeep.isNeeded()) {
        await leases.during(UPKEEP_LEASE, async () => {
          open = await upkeep.enqueue();
        });
      }
    } catch (error) {
      // Unlike a failing worker, a failing model must not take this server out of service.
      if (!(error instanceof JobError)) throw error;
      logger.warn({ err: error }, 'published versions get their vectors once the embedding model can be used');
      return RETRY_MS;
    }
    if (open > 0 && openBefore === 0) logger.info('versions without vectors of the present model get theirs');
    openBefore = open;
    return open > 0 ? BUSY_MS : IDLE_MS;
  };
  return new WorkerLoop('search embedding upkeep', round, logger);
}

const HOUSEKEEPING_LEASE = 'search-housekeeping';

/**
 * Deletes rows of media search after their retention: versions that were replaced or never published, assets whose
 * objects are gone, done jobs, and dead letters that nobody has to decide about.
 */
export const housekeepingWorker = (
  database: Pick<SearchDatabase, 'purgeVersions' | 'purgeTombstonedAssets'>,
  queue: Pick<QueueControl, 'purgeCompleted' | 'purgeDeadLetters'>,
  leases: LeaseKeeper,
  retentionMs: number,
  logger: Logger,
): WorkerLoop =>
  new WorkerLoop(
    'search housekeeping',
    async () => {
      const purge = async (): Promise<void> => {
        const beforeMs = Date.now() - retentionMs;
        const versions = await database.purgeVersions(beforeMs);
        const assets = await database.purgeTombstonedAssets(beforeMs);
        const jobs = await queue.purgeCompleted(beforeMs);
        const deadLetters = await queue.purgeDeadLetters(beforeMs);
        if (versions + assets + jobs + deadLetters === 0) return;
        logger.info({ versions, assets, jobs, deadLetters }, 'purged what media search kept for long enough');
      };
      await withReserve(() => leases.during(HOUSEKEEPING_LEASE, purge));
      return IDLE_MS;
    },
    logger,
  );

type WatchOptions = Pick<SubscribeOptions, 'bucket' | 'prefix' | 'intervalMs'>;

/** Interval in which other processes try to take over from a dead one, besides the life of its lease. */
const CHECK_MS = 5_000;

/** Finds objects by listing a prefix, in one process at a time, since each would find the same. */
export class WatchWorker {
  readonly #storage: Pick<ObjectStorage, 'subscribe'>;
  readonly #events: Pick<ObjectEvents, 'handle'>;
  readonly #leases: LeaseKeeper;
  readonly #options: WatchOptions;
  readonly #name: string;
  readonly #loop: WorkerLoop;
  #subscription: ObjectWatch | undefined;
  #failures = 0;
  #firstFailure: unknown;

  constructor(
    storage: Pick<ObjectStorage, 'subscribe'>,
    events: Pick<ObjectEvents, 'handle'>,
    leases: LeaseKeeper,
    options: WatchOptions,
    logger: Logger,
  ) {
    this.#storage = storage;
    this.#events = events;
    this.#leases = leases;
    this.#options = options;
    this.#name = `search-watch:${options.bucket}/${options.prefix}`;
    this.#loop = new WorkerLoop(`search watch of ${options.bucket}/${options.prefix}`, () => this.#round(), logger);
  }

  get status(): WorkerStatus {
    return this.#loop.status;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#end();
  }

  /** The lease's keeper renews it; this checks whether that succeeds. */
  async #round(): Promise<number> {
    const [ours = false] = await this.#leases.acquire([this.#name]);
    if (ours) this.#subscription ??= this.#subscribe();
    else await this.#end();
    const failures = this.#failures;
    this.#failures = 0;
    if (failures === 0) return CHECK_MS;
    const cause = this.#firstFailure;
    const first = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${failures} objects or listings failed, and are tried again; the first: ${first}`, { cause });
  }

  #subscribe(): ObjectWatch {
    const onError = (error: unknown): void => {
      if (this.#failures++ === 0) this.#firstFailure = error;
    };
    return this.#storage.subscribe({ ...this.#options, name: this.#name, onError }, async ({ bucket, key }) => {
      await this.#events.handle(bucket, key);
    });
  }

  async #end(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.stop();
  }
}

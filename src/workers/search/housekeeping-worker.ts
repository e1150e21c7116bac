import type { Logger } from 'pino';
import type { QueueControl } from '../../domain/search/job-queue.ts';
import type { SearchDatabase } from '../../domain/search/search-database.ts';
import type { LeaseKeeper } from '../lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from '../worker-loop.ts';

const LEASE = 'search-housekeeping';
const IDLE_MS = 600_000;

/** Removes what media search has kept for long enough: versions that others have followed, and jobs that are done. */
export class HousekeepingWorker {
  readonly #database: Pick<SearchDatabase, 'purgeArchivedVersions'>;
  readonly #queue: Pick<QueueControl, 'purgeCompleted'>;
  readonly #leases: LeaseKeeper;
  readonly #retentionMs: number;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;

  constructor(
    database: Pick<SearchDatabase, 'purgeArchivedVersions'>,
    queue: Pick<QueueControl, 'purgeCompleted'>,
    leases: LeaseKeeper,
    retentionMs: number,
    logger: Logger,
  ) {
    this.#database = database;
    this.#queue = queue;
    this.#leases = leases;
    this.#retentionMs = retentionMs;
    this.#logger = logger;
    this.#loop = new WorkerLoop('search housekeeping', () => this.#round(), logger);
  }

  get status(): WorkerStatus {
    return this.#loop.status;
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(): Promise<number> {
    await this.#leases.during(LEASE, async () => {
      const beforeMs = Date.now() - this.#retentionMs;
      const versions = await this.#database.purgeArchivedVersions(beforeMs);
      const jobs = await this.#queue.purgeCompleted(beforeMs);
      if (versions + jobs > 0) this.#logger.info({ versions, jobs }, 'purged old versions and jobs of media search');
    });
    return IDLE_MS;
  }
}

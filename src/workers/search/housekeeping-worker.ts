import type { Logger } from 'pino';
import type { QueueControl } from '../../domain/search/job-queue.ts';
import type { SearchDatabase } from '../../domain/search/search-database.ts';
import type { LeaseKeeper } from '../lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from '../worker-loop.ts';

const LEASE = 'search-housekeeping';
const IDLE_MS = 600_000;

/**
 * Removes what media search has kept for long enough: versions that others have followed or nobody published, assets whose
 * objects are gone, jobs that are done, and dead letters that nobody has to decide about.
 */
export class HousekeepingWorker {
  readonly #database: Pick<SearchDatabase, 'purgeVersions' | 'purgeTombstonedAssets'>;
  readonly #queue: Pick<QueueControl, 'purgeCompleted' | 'purgeDeadLetters'>;
  readonly #leases: LeaseKeeper;
  readonly #retentionMs: number;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;

  constructor(
    database: Pick<SearchDatabase, 'purgeVersions' | 'purgeTombstonedAssets'>,
    queue: Pick<QueueControl, 'purgeCompleted' | 'purgeDeadLetters'>,
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
      const versions = await this.#database.purgeVersions(beforeMs);
      const assets = await this.#database.purgeTombstonedAssets(beforeMs);
      const jobs = await this.#queue.purgeCompleted(beforeMs);
      const deadLetters = await this.#queue.purgeDeadLetters(beforeMs);
      if (versions + assets + jobs + deadLetters === 0) return;
      this.#logger.info({ versions, assets, jobs, deadLetters }, 'purged what media search kept for long enough');
    });
    return IDLE_MS;
  }
}

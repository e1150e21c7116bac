import type { Logger } from 'pino';
import { withReserve } from '../../../operation/disk-reserve.ts';
import type { LeaseKeeper } from '../../../tams/leases/lease-keeper.ts';
import { WorkerLoop } from '../../../operation/worker-loop.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { QueueControl } from '../repositories/queue-control.ts';

const LEASE = 'search-housekeeping';
const IDLE_MS = 600_000;

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
      await withReserve(() => leases.during(LEASE, purge));
      return IDLE_MS;
    },
    logger,
  );

import type { Logger } from 'pino';
import { JobError } from '../rules/job.ts';
import type { EmbeddingUpkeep } from '../services/embedding-upkeep.ts';
import type { LeaseKeeper } from '../../../tams/leases/lease-keeper.ts';
import { WorkerLoop } from '../../../operation/worker-loop.ts';

const LEASE = 'search-embedding-upkeep';
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
        await leases.during(LEASE, async () => {
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

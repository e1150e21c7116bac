import type { Logger } from 'pino';
import { JobError } from '../rules/job.ts';
import type { EmbeddingUpkeep } from '../services/embedding-upkeep.ts';
import type { LeaseKeeper } from '../../../vastdb/leases/lease-keeper.ts';
import { WorkerLoop } from '../../../operation/worker-loop.ts';

const LEASE = 'search-embedding-upkeep';
const IDLE_MS = 600_000;
/** Between looks for what is left while jobs are done. */
const BUSY_MS = 10_000;
/** Until the model is tried again that could not be used. */
const RETRY_MS = 60_000;

/** Has vectors made of what is shown without those of the present model: at the start, and what comes by other ways later. */
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
      // A model that is out of order is no reason to take this server out of service, as a worker that fails is.
      if (!(error instanceof JobError)) throw error;
      logger.warn({ err: error }, 'what is shown gets its vectors once the embedding model can be used');
      return RETRY_MS;
    }
    if (open > 0 && openBefore === 0) logger.info('versions without vectors of the present model get theirs');
    openBefore = open;
    return open > 0 ? BUSY_MS : IDLE_MS;
  };
  return new WorkerLoop('search embedding upkeep', round, logger);
}

import type { Logger } from 'pino';
import type { ObjectReclaim } from './object-reclaim.ts';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

const LEASE = 'reclaim';

/** Interval of looking for due objects. */
const IDLE_MS = 2_000;

/** Reclaims objects that nothing uses, as they become due. */
export const reclaimWorker = (reclaim: ObjectReclaim, leases: LeaseKeeper, logger: Logger): WorkerLoop =>
  new WorkerLoop(
    'reclaim worker',
    async (signal) => {
      if (!(await reclaim.isDue())) return IDLE_MS;
      await leases.during(LEASE, async () => {
        let goesOn = true;
        while (goesOn && !signal.aborted) {
          const { reclaimed, failed, more } = await reclaim.reclaimDue((tx) => leases.mustHold(tx, LEASE));
          if (reclaimed > 0) logger.info({ reclaimed }, 'reclaimed media objects');
          for (const failure of failed) logger.warn(failure, 'an unused media object could not be deleted yet');
          goesOn = more;
        }
      });
      return IDLE_MS;
    },
    logger,
  );

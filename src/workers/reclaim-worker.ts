import type { Logger } from 'pino';
import type { ObjectReclaim } from '../services/object-reclaim.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from './worker-loop.ts';

const LEASE = 'reclaim';

/** How often objects that are due are looked for. */
const IDLE_MS = 2_000;

/** Reclaims objects that nothing uses, as they become due. */
export class ReclaimWorker {
  readonly #loop: WorkerLoop;

  constructor(reclaim: ObjectReclaim, leases: LeaseKeeper, logger: Logger) {
    this.#loop = new WorkerLoop(
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
}

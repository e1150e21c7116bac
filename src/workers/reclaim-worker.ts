import type { Logger } from 'pino';
import type { ObjectReclaim } from '../services/object-reclaim.ts';
import { WorkerLoop } from './worker-loop.ts';

/** How often objects that are due are looked for. */
const IDLE_MS = 2_000;

/** Reclaims objects that nothing uses, as they become due. */
export class ReclaimWorker {
  readonly #loop: WorkerLoop;

  constructor(reclaim: ObjectReclaim, logger: Logger) {
    this.#loop = new WorkerLoop(
      'reclaim worker',
      async () => {
        const { reclaimed, failed, more } = await reclaim.reclaimDue();
        if (reclaimed > 0) logger.info({ reclaimed }, 'reclaimed media objects');
        for (const failure of failed) logger.warn(failure, 'an unused media object could not be deleted yet');
        return more ? 0 : IDLE_MS;
      },
      logger,
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }
}

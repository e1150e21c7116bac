import type { Logger } from 'pino';
import type { AutomaticInspection } from '../services/exr/automatic-inspection.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from './worker-loop.ts';

const LEASE = 'exr inspection';

/** How often objects that are due are looked for. */
const IDLE_MS = 2_000;

/** Inspects EXR objects as segments of them are registered. */
export class ExrWorker {
  readonly #loop: WorkerLoop;

  constructor(inspection: AutomaticInspection, leases: LeaseKeeper, logger: Logger) {
    this.#loop = new WorkerLoop(
      'EXR inspection',
      async () => {
        if (!(await inspection.isDue())) return IDLE_MS;
        const [ours = false] = await leases.acquire([LEASE]);
        if (!ours) return IDLE_MS;
        let goesOn = false;
        try {
          const { more, ...round } = await inspection.runDue((tx) => leases.mustHold(tx, LEASE));
          if (round.failed > 0) logger.warn(round, 'EXR objects could not be inspected');
          else if (round.inspected > 0) logger.info(round, 'inspected EXR objects');
          goesOn = more;
        } finally {
          if (!goesOn) await leases.release([LEASE]);
        }
        return goesOn ? 0 : IDLE_MS;
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

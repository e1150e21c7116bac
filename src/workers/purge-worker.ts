import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TrashPurge } from '../services/trash/trash-purge.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from './worker-loop.ts';

const LEASE = 'purge';

/** How often what is too old is looked for. */
const IDLE_MS = 5_000;

/** Purges what has been in the trash for longer than the retention. */
export class PurgeWorker {
  readonly #purge: TrashPurge;
  readonly #retentionMs: number;
  readonly #leases: LeaseKeeper;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;

  constructor(purge: TrashPurge, retentionMs: number, leases: LeaseKeeper, logger: Logger) {
    this.#purge = purge;
    this.#retentionMs = retentionMs;
    this.#leases = leases;
    this.#logger = logger;
    this.#loop = new WorkerLoop('purge worker', (signal) => this.#round(signal), logger);
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

  async #round(signal: AbortSignal): Promise<number> {
    const untilMs = Date.now() - this.#retentionMs;
    if (!(await this.#purge.holdsAny(untilMs))) return IDLE_MS;
    await this.#leases.during(LEASE, async () => {
      let more = true;
      while (more && !signal.aborted) {
        const started = performance.now();
        const purged = await this.#purge.step({ untilMs }, (tx) => this.#leases.mustHold(tx, LEASE));
        this.#logger.info(purged, 'purged what was deleted too long ago to be restored');
        more = purged.more;
        // As long a rest as the step was: purging never takes more than half of the writer's time.
        await pause(performance.now() - started);
      }
    });
    return IDLE_MS;
  }
}

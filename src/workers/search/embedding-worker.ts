import type { Logger } from 'pino';
import { JobError } from '../../domain/search/job.ts';
import type { EmbeddingUpkeep } from '../../services/search/embedding-upkeep.ts';
import type { LeaseKeeper } from '../lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from '../worker-loop.ts';

const LEASE = 'search-embedding-upkeep';
const IDLE_MS = 600_000;
/** Between looks for what is left while jobs are done. */
const BUSY_MS = 10_000;
/** Until the model is tried again that could not be used. */
const RETRY_MS = 60_000;

/** Has vectors made of what is shown without those of the present model: at the start, and what comes by other ways later. */
export class EmbeddingWorker {
  readonly #upkeep: EmbeddingUpkeep;
  readonly #leases: LeaseKeeper;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;
  #openBefore = 0;

  constructor(upkeep: EmbeddingUpkeep, leases: LeaseKeeper, logger: Logger) {
    this.#upkeep = upkeep;
    this.#leases = leases;
    this.#logger = logger;
    this.#loop = new WorkerLoop('search embedding upkeep', () => this.#round(), logger);
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
    let open = 0;
    try {
      if (await this.#upkeep.isNeeded()) {
        await this.#leases.during(LEASE, async () => {
          open = await this.#upkeep.enqueue();
        });
      }
    } catch (error) {
      // A model that is out of order is no reason to take this server out of service, as a worker that fails is.
      if (!(error instanceof JobError)) throw error;
      this.#logger.warn({ err: error }, 'what is shown gets its vectors once the embedding model can be used');
      return RETRY_MS;
    }
    if (open > 0 && this.#openBefore === 0)
      this.#logger.info('versions without vectors of the present model get theirs');
    this.#openBefore = open;
    return open > 0 ? BUSY_MS : IDLE_MS;
  }
}

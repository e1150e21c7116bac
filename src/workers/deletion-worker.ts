import { setTimeout as pause } from 'node:timers/promises';
import type { DeletionRequest } from '../domain/deletion-request.ts';
import type { Store } from '../domain/store.ts';
import type { Logger } from 'pino';
import type { SegmentDeletion } from '../services/segment-deletion.ts';
import { AppError } from '../shared/errors.ts';
import { WorkerLoop } from './worker-loop.ts';

/** How often expired requests are removed, and requests of other processes are looked for. */
const IDLE_MS = 30_000;
/** After how long a request that failed is tried again. */
const RETRY_MS = 10_000;

/** Works on deletion requests: those made since, and those that a stopped process left behind. */
export class DeletionWorker {
  readonly #store: Store;
  readonly #deletion: SegmentDeletion;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;

  constructor(store: Store, deletion: SegmentDeletion, logger: Logger) {
    this.#store = store;
    this.#deletion = deletion;
    this.#logger = logger;
    this.#loop = new WorkerLoop('deletion worker', (signal) => this.#round(signal), logger);
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { deletionRequests } = this.#store;
    // Mostly there is nothing to do, and to find that out nobody needs to be kept from writing.
    if (await deletionRequests.hasExpired(Date.now())) {
      await this.#store.transaction((tx) => tx.deletionRequests.removeExpired(Date.now()), { background: true });
    }
    let failed = false;
    for (const request of await deletionRequests.unfinished()) {
      try {
        await this.#finish(request, signal);
      } catch (error) {
        failed = true;
        await this.#recordFailure(request.id, error);
      }
    }
    return failed ? RETRY_MS : IDLE_MS;
  }

  async #finish(request: DeletionRequest, signal: AbortSignal): Promise<void> {
    let more = true;
    while (more && !signal.aborted) {
      const started = performance.now();
      more = await this.#deletion.step(request);
      // As long a rest as the step was: deleting never takes more than half of the writer's time.
      await pause(performance.now() - started);
    }
  }

  async #recordFailure(id: string, error: unknown): Promise<void> {
    this.#logger.error({ err: error, deletionRequest: id }, 'a deletion request failed; it is tried again');
    const time = new Date().toISOString();
    await this.#store.transaction(
      async (tx) => {
        const request = await tx.deletionRequests.find(id, Date.now());
        if (request === undefined || request.status === 'done') return;
        const reason = error instanceof AppError ? error.message : 'the server failed; see its log';
        const summary = `${reason}; it is tried again`;
        const failure = { type: 'deletion_failed', summary, time };
        await tx.deletionRequests.update({ ...request, status: 'error', updated: time, error: failure });
      },
      { background: true },
    );
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { DeletionRequest } from './deletion.ts';
import type { Logger } from 'pino';
import type { SegmentDeletion } from './segment-deletion.ts';
import { AppError } from '../../shared/errors.ts';
import { type LeaseKeeper, LeaseLost } from '../leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';
import type { VastStore } from '../vast-store.ts';

/** Interval of deleting expired requests, and of looking for those of other processes. */
const IDLE_MS = 30_000;
/** Pause before a failed request is repeated, and before one of another process is checked. */
const RETRY_MS = 10_000;

const leaseOf = (requestId: string): string => `deletion:${requestId}`;

/** Works on deletion requests, each in one process at a time: those made since, and those that a stopped process left behind. */
export class DeletionWorker extends WorkerLoop {
  readonly #store: VastStore;
  readonly #deletion: SegmentDeletion;
  readonly #leases: LeaseKeeper;
  readonly #logger: Logger;

  constructor(store: VastStore, deletion: SegmentDeletion, leases: LeaseKeeper, logger: Logger) {
    super('deletion worker', (signal) => this.#round(signal), logger);
    this.#store = store;
    this.#deletion = deletion;
    this.#leases = leases;
    this.#logger = logger;
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { deletionRequests } = this.#store;
    // Mostly there is nothing to do: check without a write transaction.
    if (await deletionRequests.hasExpired(Date.now())) {
      await this.#store.transaction((tx) => tx.deletionRequests.removeExpired(Date.now()), { background: true });
    }
    let allDone = true;
    for (const request of await deletionRequests.unfinished()) {
      const lease = leaseOf(request.id);
      const [ours = false] = await this.#leases.acquire([lease]);
      try {
        if (ours) await this.#finish(request, signal);
        else allDone = false;
      } catch (error) {
        allDone = false;
        if (!(error instanceof LeaseLost)) await this.#recordFailure(request.id, error);
      } finally {
        await this.#leases.release([lease]);
      }
    }
    return allDone ? IDLE_MS : RETRY_MS;
  }

  async #finish(request: DeletionRequest, signal: AbortSignal): Promise<void> {
    let more = true;
    while (more && !signal.aborted) {
      const started = performance.now();
      more = await this.#deletion.step(request, (tx) => this.#leases.mustHold(tx, leaseOf(request.id)));
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

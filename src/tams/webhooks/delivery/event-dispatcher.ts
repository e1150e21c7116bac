import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isFailing } from '../webhook.ts';
import type { LeaseKeeper } from '../../leases/lease-keeper.ts';
import { WorkerLoop } from '../../../operation/worker-loop.ts';
import type { VastStore } from '../../vast-store.ts';

const LEASE = 'event-dispatcher';
/** Events that one transaction places: short enough to run among requests. */
const BATCH = 200;
/** Pause between batches, so that many changes share one: at most 5,000 events a second. */
const RHYTHM_MS = 40;
/** The same while every receiver is busy or pauses: each batch is a commit, which requests wait for. */
const UNAWAITED_MS = 10_000;
/** Interval of looking for events of other processes, and of deleting done ones. */
const IDLE_MS = 1_000;
const TRIM_BATCH = 1_000;

interface EventDispatcherOptions {
  /** Events older than this are not kept for registrations that fail. */
  readonly retryMaxMs: number;
  /** Called when events have got their places. */
  readonly onPlaced: () => void;
  /** Whether a receiver could take events at once. */
  readonly isAwaited: () => boolean;
}

/** Gives the events of the outbox their places in the log, and cuts the log behind the last registration. */
export class EventDispatcher extends WorkerLoop {
  readonly #store: VastStore;
  readonly #leases: LeaseKeeper;
  readonly #options: EventDispatcherOptions;
  #trimAt = 0;

  constructor(store: VastStore, leases: LeaseKeeper, options: EventDispatcherOptions, logger: Logger) {
    super('event dispatcher', (signal) => this.#round(signal), logger);
    this.#store = store;
    this.#leases = leases;
    this.#options = options;
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { start, end } = await this.#store.eventLog.state();
    const unplaced = await this.#store.eventLog.hasUnplaced();
    if (!unplaced && start === end) {
      await this.#leases.release([LEASE]);
      return IDLE_MS;
    }
    await this.#leases.keeping(LEASE, async () => {
      if (unplaced) await this.#place(signal);
      if (performance.now() >= this.#trimAt) await this.#trim(signal);
    });
    return IDLE_MS;
  }

  async #place(signal: AbortSignal): Promise<void> {
    let placed = BATCH;
    while (placed === BATCH && !signal.aborted) {
      placed = await this.#store.transaction(async (tx) => {
        await this.#leases.mustHold(tx, LEASE);
        return tx.eventLog.place(BATCH);
      });
      if (placed > 0) this.#options.onPlaced();
      await this.#rest(placed === BATCH ? RHYTHM_MS : UNAWAITED_MS, signal);
    }
  }

  /** Resolves once events are awaited, and after this time at the latest. */
  async #rest(longestMs: number, signal: AbortSignal): Promise<void> {
    const endsAt = performance.now() + longestMs;
    do await pause(RHYTHM_MS);
    while (!signal.aborted && performance.now() < endsAt && !this.#options.isAwaited());
  }

  async #trim(signal: AbortSignal): Promise<void> {
    this.#trimAt = performance.now() + IDLE_MS;
    let removed = TRIM_BATCH;
    while (removed === TRIM_BATCH && !signal.aborted) {
      // Read before the transaction: mostly nothing can be deleted, and finding that out needs no write lock. Until it
      // begins positions only grow, and a new registration begins at the end.
      const done = await this.#done();
      const { start } = await this.#store.eventLog.state();
      if (done.doneUpTo <= start) return;
      removed = await this.#store.transaction(
        async (tx) => {
          await this.#leases.mustHold(tx, LEASE);
          return tx.eventLog.trim(done, TRIM_BATCH);
        },
        { background: true },
      );
    }
  }

  /** The positions that working registrations, with the reader beside them, and failing ones have reached. */
  async #done(): Promise<{ doneUpTo: number; failingUpTo: number; olderThanMs: number }> {
    // In this order: a registration that is made in between begins beyond this end.
    const { end, reader = end } = await this.#store.eventLog.state();
    const registrations = await this.#store.webhooks.positions();
    const lowest = (failing: boolean): number =>
      registrations
        .filter((registration) => isFailing(registration) === failing)
        .reduce((least, { position }) => Math.min(least, position), end);
    const olderThanMs = Date.now() - this.#options.retryMaxMs;
    return { doneUpTo: Math.min(lowest(false), reader), failingUpTo: lowest(true), olderThanMs };
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AuditRecord } from './audit.ts';
import type { AuthStore } from './auth-store.ts';
import { type AuditTrail, REFUSAL_INTERVAL_MS } from './audit-trail.ts';
import { SHORT_ROUND_MAX_MS, WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';

/** Entries of this period are written in one transaction. */
const COLLECT_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_BATCH = 1_000;

type AuditStore = Pick<AuthStore, 'appendAudit' | 'pruneAudit'>;

/** Writes the audit log apart from requests, and deletes entries older than the retention. */
export class AuditWorker {
  readonly #store: AuditStore;
  readonly #trail: AuditTrail;
  readonly #retentionMs: number;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;
  #pruneAt = 0;
  #writeFailures = 0;

  constructor(store: AuditStore, trail: AuditTrail, retentionMs: number, logger: Logger) {
    this.#store = store;
    this.#trail = trail;
    this.#retentionMs = retentionMs;
    this.#logger = logger;
    this.#loop = new WorkerLoop('audit log', (signal) => this.#round(signal), logger, SHORT_ROUND_MAX_MS);
  }

  get status(): WorkerStatus {
    return this.#loop.status;
  }

  /** Attempts to write that failed since the start. */
  get writeFailures(): number {
    return this.#writeFailures;
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Resolves when all entries are written, or cannot be. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    try {
      await this.#write(this.#trail.drainAll());
    } catch (error) {
      // The server stops all the same; the entries go to the log.
      this.#logger.error(
        { err: error, entries: this.#trail.drainAll() },
        'the last of the audit log cannot be written',
      );
    }
  }

  async #round(signal: AbortSignal): Promise<number> {
    try {
      await pause(COLLECT_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return 0;
      throw error;
    }
    await this.#write(this.#trail.drain());
    const now = performance.now();
    if (now >= this.#pruneAt) {
      const before = Date.now() - this.#retentionMs;
      while (!signal.aborted && (await this.#store.pruneAudit(before, PRUNE_BATCH)) === PRUNE_BATCH);
      this.#pruneAt = now + PRUNE_EVERY_MS;
    }
    return this.#trail.isCounting ? REFUSAL_INTERVAL_MS : PRUNE_EVERY_MS;
  }

  async #write(records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await this.#store.appendAudit(records);
    } catch (error) {
      this.#writeFailures += 1;
      this.#trail.restore(records);
      throw error;
    }
  }
}

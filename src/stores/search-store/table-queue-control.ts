import type { Job } from '../../domain/search/job.ts';
import type { QueueControl } from '../../domain/search/job-queue.ts';
import { AppError } from '../../shared/errors.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, lt } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { translateTableFailure } from '../vast-store/table-failure.ts';
import { toJob } from './job-rows.ts';
import { readQueuePaused, writeQueuePaused } from './state.ts';
import { DEAD_LETTERS, JOBS } from './tables.ts';

/** Rows that are removed in one transaction. */
const PURGE_BATCH = 2_000;

export class TableQueueControl implements QueueControl {
  readonly #manager: VastDBManager;

  constructor(manager: VastDBManager) {
    this.#manager = manager;
  }

  pause(): Promise<void> {
    return this.#transaction((tx) => writeQueuePaused(tx, true));
  }

  resume(): Promise<void> {
    return this.#transaction((tx) => writeQueuePaused(tx, false));
  }

  isPaused(): Promise<boolean> {
    return readQueuePaused(this.#manager.reader());
  }

  requeue(deadLetterId: string): Promise<Job> {
    return this.#transaction(async (tx) => {
      const letter = await tx.selectOne({
        table: DEAD_LETTERS.name,
        columns: ['job_id'],
        where: eq('id', deadLetterId),
      });
      const dead = and([eq('id', (letter?.['job_id'] as string | undefined) ?? ''), eq('status', 'dead')]);
      const nowMs = BigInt(Date.now());
      const anew = { status: 'waiting', attempt: 0, due_ms: nowMs, scheduled_ms: nowMs, completed_ms: null };
      const job = await tx.selectOne({ table: JOBS.name, where: dead });
      if (job === undefined) throw new AppError('not_found', `There is no dead letter ${deadLetterId} of a job.`);
      await tx.update(JOBS.name, dead, anew);
      await tx.delete(DEAD_LETTERS.name, eq('id', deadLetterId));
      return toJob({ ...job, ...anew });
    });
  }

  async purgeCompleted(completedBeforeMs: number): Promise<number> {
    const old = and([eq('status', 'completed'), lt('completed_ms', BigInt(completedBeforeMs))]);
    let purged = 0;
    let removed = PURGE_BATCH;
    while (removed === PURGE_BATCH) {
      removed = await this.#transaction((tx) => tx.delete(JOBS.name, old, { limit: PURGE_BATCH }));
      purged += removed;
    }
    return purged;
  }

  async #transaction<T>(work: (tx: ManagedTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#manager.transaction(work);
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}

import type { Job } from '../rules/job.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Row, TableDefinition } from '../../../vastdb/engine.ts';
import { and, eq, inSelect, isIn, isNull, lt, lte, not } from '../../../vastdb/predicate/builder.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { dueAnew, toJob } from './job-claims.ts';
import { readQueuePaused, writeQueuePaused } from './state.ts';
import { DEAD_LETTERS, JOBS } from '../search-job-tables.ts';
import { ASSETS } from '../search-tables.ts';
import { release } from './triage.ts';

/** Rows that are removed in one transaction. */
const PURGE_BATCH = 2_000;

/** Operators' control of the queue. It affects all processes, and those that start later. */
export class QueueControl {
  readonly #manager: VastDBManager;

  constructor(manager: VastDBManager) {
    this.#manager = manager;
  }

  /** No more jobs are taken; running ones are completed. */
  pause(): Promise<void> {
    return this.#manager.transaction((tx) => writeQueuePaused(tx, true));
  }

  resume(): Promise<void> {
    return this.#manager.transaction((tx) => writeQueuePaused(tx, false));
  }

  isPaused(): Promise<boolean> {
    return readQueuePaused(this.#manager.reader());
  }

  /**
   * Lets a job that was given up be tried anew, and removes its dead letter. Its asset is `retrying` then, until the job has
   * ended, where it was in quarantine or put aside. Throws AppError `not_found`.
   */
  requeue(deadLetterId: string): Promise<Job> {
    return this.#manager.transaction(async (tx) => {
      const letter = await tx.selectOne({
        table: DEAD_LETTERS,
        columns: ['job_id'],
        where: eq('id', deadLetterId),
      });
      const dead = and([eq('id', letter?.job_id ?? ''), eq('status', 'dead')]);
      const anew = dueAnew();
      const job = await tx.selectOne({ table: JOBS, where: dead });
      if (job === undefined) throw new AppError('not_found', `There is no dead letter ${deadLetterId} of a job.`);
      await tx.update(JOBS, dead, anew);
      await tx.delete(DEAD_LETTERS, eq('id', deadLetterId));
      await release(tx, job.asset_id, Date.now());
      return toJob({ ...job, ...anew });
    });
  }

  /** The same for all failed jobs of an asset. Returns their number. */
  requeueAsset(assetId: string): Promise<number> {
    return this.#manager.transaction(async (tx) => {
      const dead = and([eq('asset_id', assetId), eq('status', 'dead')]);
      const requeued = await tx.update(JOBS, dead, dueAnew());
      if (requeued === 0) return 0;
      await tx.delete(DEAD_LETTERS, eq('asset_id', assetId));
      await release(tx, assetId, Date.now());
      return requeued;
    });
  }

  /** How long the oldest due job has waited; 0 if there is none. */
  async waitedMs(): Promise<number> {
    const nowMs = Date.now();
    const { rows } = await this.#manager.reader().select({
      table: JOBS,
      columns: ['due_ms'],
      where: and([isIn('status', ['waiting', 'failed']), lte('due_ms', BigInt(nowMs))]),
      orderBy: [{ column: 'due_ms', direction: 'asc' }],
      limit: 1,
      timeline: { column: 'due_ms' },
    });
    const dueMs = rows[0]?.[0];
    return dueMs === undefined ? 0 : nowMs - Number(dueMs);
  }

  /** Forgets jobs that were completed before this time; their keys can be enqueued again. Returns how many. */
  purgeCompleted(completedBeforeMs: number): Promise<number> {
    const before = BigInt(completedBeforeMs);
    return this.#purge(JOBS, and([eq('status', 'completed'), lt('completed_ms', before)]));
  }

  /**
   * Forgets jobs that were given up before this time, and their dead letters, unless their asset is in quarantine. Returns how
   * many letters.
   */
  async purgeDeadLetters(createdBeforeMs: number): Promise<number> {
    const before = BigInt(createdBeforeMs);
    // A person still decides about these, and may repeat the job.
    const inQuarantine = inSelect('asset_id', {
      table: ASSETS,
      column: 'id',
      where: and([eq('triage_state', 'quarantined'), isNull('tombstoned_ms')]),
    });
    const letters = await this.#purge(DEAD_LETTERS, and([lt('created_ms', before), not(inQuarantine)]));
    await this.#purge(JOBS, and([eq('status', 'dead'), lt('completed_ms', before), not(inQuarantine)]));
    return letters;
  }

  async #purge<R extends Row>(table: TableDefinition<R>, where: Where<R>): Promise<number> {
    let purged = 0;
    let removed = PURGE_BATCH;
    while (removed === PURGE_BATCH) {
      removed = await this.#manager.transaction((tx) => tx.delete(table, where, { limit: PURGE_BATCH }));
      purged += removed;
    }
    return purged;
  }
}

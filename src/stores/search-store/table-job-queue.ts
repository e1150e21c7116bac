import type { Logger } from 'pino';
import type { ClaimedJob, Job, JobFailure, JobInput } from '../../domain/search/job.ts';
import type { ConsumeOptions, Consumer, JobHandler, JobQueue, QueueStats } from '../../domain/search/job-queue.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { NewRow } from '../../vastdb/query/select-query.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { translateTableFailure } from '../vast-store/table-failure.ts';
import { buryHeld, claimJobs, completeJob, failJob, handBackJob, hasDueJobs, renewLeases } from './job-claims.ts';
import { type ConsumerTimes, JobConsumer } from './job-consumer.ts';
import { toJob } from './job-rows.ts';
import { JOBS } from './tables.ts';

/** A consumer that died is noticed after a lease; one that lives renews it three times meanwhile. */
const TIMES: ConsumerTimes = { leaseMs: 30_000, pollMs: 500 };

/**
 * Jobs in a table that any number of processes work on. `due_ms` says when a job may be taken: its time while it waits,
 * the end of its lease while it runs, never when it is done.
 */
export class TableJobQueue implements JobQueue {
  readonly #manager: VastDBManager;
  readonly #logger: Logger;
  readonly #times: ConsumerTimes;
  readonly #consumers = new Set<JobConsumer>();

  constructor(manager: VastDBManager, logger: Logger, times: ConsumerTimes = TIMES) {
    this.#manager = manager;
    this.#logger = logger;
    this.#times = times;
  }

  enqueue(input: JobInput): Promise<Job> {
    return this.enqueueWithDelay(input, 0);
  }

  async enqueueWithDelay(input: JobInput, delayMs: number): Promise<Job> {
    const job = await this.#insert(input, delayMs);
    // Those of other processes find it when they look next.
    if (delayMs === 0) for (const consumer of this.#consumers) consumer.wake();
    return job;
  }

  #insert(input: JobInput, delayMs: number): Promise<Job> {
    return this.#transaction(async (tx) => {
      const { idempotencyKey, assetId, versionId = null, enginePolicy = null, data = '{}' } = input;
      // Of two that enqueue the same job for the first time only one inserts it.
      await tx.lock([`job:${idempotencyKey}`]);
      const present = await tx.selectOne({ table: JOBS.name, where: eq('idempotency_key', idempotencyKey) });
      if (present !== undefined) return toJob(present);
      const nowMs = Date.now();
      const scheduledMs = BigInt(nowMs + delayMs);
      const row = {
        id: uuidV7(nowMs),
        idempotency_key: idempotencyKey,
        asset_id: assetId,
        version_id: versionId,
        engine_policy: enginePolicy,
        data,
        attempt: 0,
        status: 'waiting',
        last_error: null,
        due_ms: scheduledMs,
        enqueued_ms: BigInt(nowMs),
        scheduled_ms: scheduledMs,
        started_ms: null,
        completed_ms: null,
      } satisfies NewRow;
      await tx.insert(JOBS.name, [row]);
      return toJob(row);
    });
  }

  consume(handler: JobHandler, options: ConsumeOptions): Consumer {
    const source = {
      claim: async (limit: number) =>
        (await hasDueJobs(this.#manager.reader(), Date.now()))
          ? this.#transaction((tx) => claimJobs(tx, limit, Date.now(), this.#times.leaseMs))
          : [],
      renew: (tokens: readonly string[]) =>
        this.#transaction((tx) => renewLeases(tx, tokens, Date.now() + this.#times.leaseMs)),
      ack: (job: ClaimedJob) => this.ack(job),
      nack: (job: ClaimedJob, failure: JobFailure) => this.nack(job, failure),
      handBack: (job: ClaimedJob) => this.#transaction((tx) => handBackJob(tx, job, Date.now())),
      report: (error: unknown) => {
        this.#logger.warn({ err: error }, 'the queue of jobs could not be used; it is tried again');
      },
    };
    const consumer = new JobConsumer(source, handler, options, this.#times);
    this.#consumers.add(consumer);
    return {
      stop: async () => {
        await consumer.stop();
        this.#consumers.delete(consumer);
      },
      get failures() {
        return consumer.failures;
      },
    };
  }

  ack(job: ClaimedJob): Promise<boolean> {
    return this.#transaction((tx) => completeJob(tx, job, Date.now()));
  }

  nack(job: ClaimedJob, failure: JobFailure): Promise<boolean> {
    return this.#transaction((tx) => failJob(tx, job, failure, Date.now(), Math.random()));
  }

  moveToDeadLetters(job: ClaimedJob, failure: JobFailure): Promise<boolean> {
    return this.#transaction((tx) => buryHeld(tx, job, failure, Date.now()));
  }

  async stats(): Promise<QueueStats> {
    const reader = this.#manager.reader();
    const count = (...statuses: string[]): Promise<number> => reader.count(JOBS.name, isIn('status', statuses));
    const counts = [count('waiting', 'failed'), count('active'), count('completed'), count('failed'), count('dead')];
    const [waiting = 0, active = 0, completed = 0, failed = 0, dead = 0] = await Promise.all(counts);
    return { waiting, active, completed, failed, dead };
  }

  health(): Promise<void> {
    return this.#manager.health();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.stop()));
    this.#consumers.clear();
  }

  async #transaction<T>(work: (tx: ManagedTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#manager.transaction(work);
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}

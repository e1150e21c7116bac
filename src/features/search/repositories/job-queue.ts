import type { Logger } from 'pino';
import type {
  ClaimedJob,
  ConsumeOptions,
  Job,
  JobFailure,
  JobHandler,
  JobInput,
  JobStatus,
  QueueStats,
} from '../rules/job.ts';
import { eq, isIn } from '../../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import {
  claimJobs,
  completeJob,
  dueAnew,
  failJob,
  handBackJob,
  hasDueJobs,
  newRow,
  renewLeases,
  toJob,
} from './job-claims.ts';
import { type ConsumerTimes, JobConsumer } from './job-consumer.ts';
import { JOBS } from '../search-job-tables.ts';

/** A dead consumer is noticed after this time; a live one renews its lease three times meanwhile. */
const TIMES: ConsumerTimes = { leaseMs: 30_000, pollMs: 500 };

/**
 * Jobs in a table that any number of processes work on: at most one consumer holds a job at a time, and none is lost.
 * `due_ms` says when a job may be taken: its time while it waits, the end of its lease while it runs, never when it is
 * done.
 */
export class JobQueue {
  readonly #manager: VastDBManager;
  readonly #logger: Logger;
  readonly #times: ConsumerTimes;
  readonly #consumers = new Set<JobConsumer>();

  constructor(manager: VastDBManager, logger: Logger, times: ConsumerTimes = TIMES) {
    this.#manager = manager;
    this.#logger = logger;
    this.#times = times;
  }

  /** Returns the job of this idempotency key: a new one, or the existing one in any state. */
  async enqueue(input: JobInput, delayMs = 0): Promise<Job> {
    const { idempotencyKey } = input;
    const job = await this.#manager.transaction(async (tx) => {
      // If two enqueue the same job for the first time, only one inserts it.
      await tx.lock([`job:${idempotencyKey}`]);
      const present = await tx.selectOne({ table: JOBS, where: eq('idempotency_key', idempotencyKey) });
      if (present !== undefined) return toJob(present);
      const row = newRow(input, delayMs);
      await tx.insert(JOBS, [row]);
      return toJob(row);
    });
    if (delayMs === 0) this.#wake();
    return job;
  }

  /** The same for many, in one transaction; but done jobs run once more. Returns the jobs, in the order of the inputs. */
  async enqueueAnew(inputs: readonly JobInput[], delayMs: number): Promise<Job[]> {
    const keys = inputs.map(({ idempotencyKey }) => idempotencyKey);
    const jobs = await this.#manager.transaction(async (tx) => {
      await tx.lock(keys.map((key) => `job:${key}`));
      const present = await tx.selectRows({ table: JOBS, where: isIn('idempotency_key', keys) });
      const rows = new Map(present.map((row) => [row.idempotency_key, row]));
      const done = present.filter(({ status }) => status === 'completed').map(({ id }) => id);
      const anew = dueAnew(delayMs);
      if (done.length > 0) await tx.update(JOBS, isIn('id', done), anew);
      const added = inputs
        .filter(({ idempotencyKey }) => !rows.has(idempotencyKey))
        .map((each) => newRow(each, delayMs));
      await tx.insert(JOBS, added);
      for (const row of added) rows.set(row.idempotency_key, row);
      return inputs.flatMap(({ idempotencyKey }) => {
        const row = rows.get(idempotencyKey);
        return row === undefined ? [] : [toJob(row.status === 'completed' ? { ...row, ...anew } : row)];
      });
    });
    if (delayMs === 0) this.#wake();
    return jobs;
  }

  consume(handler: JobHandler, options: ConsumeOptions): JobConsumer {
    const source = {
      claim: async (limit: number) =>
        (await hasDueJobs(this.#manager.reader(), Date.now()))
          ? this.#manager.transaction((tx) => claimJobs(tx, limit, Date.now(), this.#times.leaseMs))
          : [],
      renew: (tokens: readonly string[]) =>
        this.#manager.transaction((tx) => renewLeases(tx, tokens, Date.now() + this.#times.leaseMs)),
      ack: (job: ClaimedJob) => this.ack(job),
      nack: (job: ClaimedJob, failure: JobFailure) => this.nack(job, failure),
      handBack: (job: ClaimedJob) => this.#manager.transaction((tx) => handBackJob(tx, job, Date.now())),
      report: (error: unknown) => {
        this.#logger.warn({ err: error }, 'the queue of jobs could not be used; it is tried again');
      },
    };
    const consumer = new JobConsumer(source, handler, options, this.#times);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** False, and nothing is changed, where the lease is not the caller's any more; likewise below. */
  ack(job: ClaimedJob): Promise<boolean> {
    return this.#manager.transaction((tx) => completeJob(tx, job, Date.now()));
  }

  /** Lets the job be tried again after a delay, or moves it to the dead letters when that makes no sense. */
  nack(job: ClaimedJob, failure: JobFailure): Promise<boolean> {
    return this.#manager.transaction((tx) => failJob(tx, job, failure, Date.now()));
  }

  async stats(): Promise<QueueStats> {
    const reader = this.#manager.reader();
    const count = (...statuses: JobStatus[]): Promise<number> => reader.count(JOBS, isIn('status', statuses));
    const counts = [count('waiting', 'failed'), count('active'), count('completed'), count('failed'), count('dead')];
    const [waiting = 0, active = 0, completed = 0, failed = 0, dead = 0] = await Promise.all(counts);
    return { waiting, active, completed, failed, dead };
  }

  /** Consumers of other processes find it at their next look. */
  #wake(): void {
    for (const consumer of this.#consumers) consumer.wake();
  }
}

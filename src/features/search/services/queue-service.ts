import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { DeadLetter, Job } from '../rules/job.ts';
import type { QueueStats } from '../rules/job-queue.ts';
import { AppError } from '../../../shared/errors.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobQueue } from '../repositories/job-queue.ts';
import type { QueueControl } from '../repositories/queue-control.ts';

interface QueueState extends QueueStats {
  readonly paused: boolean;
}

/** The queue of jobs as operators see and steer it; it is the same for all processes. */
export class QueueService {
  readonly #database: SearchDatabase;
  readonly #queue: Pick<JobQueue, 'stats'>;
  readonly #control: QueueControl;

  constructor(database: SearchDatabase, queue: Pick<JobQueue, 'stats'>, control: QueueControl) {
    this.#database = database;
    this.#queue = queue;
    this.#control = control;
  }

  async state(): Promise<QueueState> {
    const [stats, paused] = await Promise.all([this.#queue.stats(), this.#control.isPaused()]);
    return { ...stats, paused };
  }

  async pause(): Promise<QueueState> {
    await this.#control.pause();
    return this.state();
  }

  async resume(): Promise<QueueState> {
    await this.#control.resume();
    return this.state();
  }

  deadLetters(page: PageRequest): Promise<Page<DeadLetter>> {
    return this.#database.pageOfDeadLetters(page);
  }

  /** Repeats the job. Throws AppError `not_found`. */
  requeue(deadLetterId: string): Promise<Job> {
    return this.#control.requeue(deadLetterId);
  }

  /** Deletes the dead letter; the job stays undone. */
  async removeDeadLetter(deadLetterId: string): Promise<void> {
    if (await this.#database.removeDeadLetter(deadLetterId)) return;
    throw new AppError('not_found', `There is no dead letter ${deadLetterId}.`);
  }
}

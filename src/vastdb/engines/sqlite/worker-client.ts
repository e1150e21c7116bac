import { WorkerThread } from '../../../shared/worker-calls.ts';
import { TableError } from '../../table-error.ts';
import type { WorkerAnswer, WorkerData, WorkerOperations, WorkerRequest } from './worker-protocol.ts';

/** A thread that owns a session, as the main thread calls it. */
export class WorkerClient {
  readonly #thread: WorkerThread<WorkerRequest, WorkerAnswer>;
  readonly #file: string;
  #closed = false;
  readonly #closeAfter = new Set<Promise<unknown>>();

  constructor(workerData: WorkerData) {
    this.#file = workerData.file;
    const program = new URL('./sqlite-worker.ts', import.meta.url);
    this.#thread = new WorkerThread(program, { name: 'sqlite', workerData, deathOf });
  }

  /** Rises when the thread dies: earlier transactions are lost. */
  get generation(): number {
    return this.#thread.generation;
  }

  /**
   * Runs one operation in the worker.
   *
   * @throws TableError what the operation threw, or `unavailable` when the thread died meanwhile.
   */
  async call<M extends keyof WorkerOperations>(
    method: M,
    ...args: Parameters<WorkerOperations[M]>
  ): Promise<ReturnType<WorkerOperations[M]>> {
    if (this.#closed) throw new TableError('unavailable', `The tables in ${this.#file} are closed.`);
    const answer = await this.#ask({ method, args });
    if ('error' in answer) throw new TableError(answer.error.kind, answer.error.message);
    return answer.value as ReturnType<WorkerOperations[M]>;
  }

  /** Tells a running worker that the schema has changed. */
  async forgetSchema(): Promise<void> {
    // A thread that dies meanwhile knows nothing any more: its successor reads the schema afresh.
    if (this.#thread.isRunning) await this.call('forgetSchema').catch(() => undefined);
  }

  /** Keeps `close` waiting for work that is going to call the worker. Returns the work. */
  closeAfter<T>(work: Promise<T>): Promise<T> {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    this.#closeAfter.add(ended);
    void ended.then(() => this.#closeAfter.delete(ended));
    return work;
  }

  /** Ends the thread once it has served what it was asked for. */
  async close(): Promise<void> {
    await Promise.all(this.#closeAfter);
    const served = this.#thread.isRunning ? this.call('close') : undefined;
    this.#closed = true;
    // A dead thread is closed; its writes in the log are found when the file is opened again.
    await served?.catch(() => undefined);
    await this.#thread.terminate();
  }

  #ask(request: WorkerRequest): Promise<WorkerAnswer> {
    try {
      return this.#thread.call(request);
    } catch (error) {
      // A predicate or row that holds something no cell can be, a function say.
      throw new TableError('invalid', `The request cannot be sent to the background lane: ${String(error)}`, error);
    }
  }
}

function deathOf(cause: unknown): TableError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new TableError('unavailable', `The thread of the background lane died${reason}. Try again.`, cause);
}

import { Worker } from 'node:worker_threads';
import { TableError } from '../../table-error.ts';
import type { WorkerData, WorkerOperations, WorkerRequest, WorkerResponse } from './worker-protocol.ts';

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: TableError) => void;
}

// The thread's file lies beside this one, with the same extension: .ts from sources, .js in a build.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

/**
 * The main thread's end of a worker that owns a session. The thread starts with the first call, and
 * again with the first one after it died. It keeps the process alive only while a call is pending.
 */
export class WorkerClient {
  readonly #data: WorkerData;
  #worker: Worker | undefined;
  #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #generation = 0;
  #closed = false;
  readonly #closeAfter = new Set<Promise<unknown>>();

  constructor(data: WorkerData) {
    this.#data = data;
  }

  /** Rises when the thread dies: earlier transactions are lost. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Runs one operation in the worker.
   *
   * @throws TableError what the operation threw, or `unavailable` when the thread died meanwhile.
   */
  call<M extends keyof WorkerOperations>(
    method: M,
    ...args: Parameters<WorkerOperations[M]>
  ): Promise<ReturnType<WorkerOperations[M]>> {
    if (this.#closed)
      return Promise.reject(new TableError('unavailable', `The tables in ${this.#data.file} are closed.`));
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const request: WorkerRequest = { id: ++this.#lastId, method, args };
      try {
        worker.postMessage(request);
      } catch (error) {
        // A predicate or row that holds something no cell can be, a function say.
        reject(new TableError('invalid', `The request cannot be sent to the background lane: ${String(error)}`, error));
        return;
      }
      this.#pending.set(request.id, { resolve: resolve as (value: unknown) => void, reject });
      worker.ref();
    });
  }

  /** Tells a running worker that the schema has changed. */
  async forgetSchema(): Promise<void> {
    // A thread that dies meanwhile knows nothing any more: its successor reads the schema afresh.
    if (this.#worker !== undefined) await this.call('forgetSchema').catch(() => undefined);
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
    const worker = this.#worker;
    const served = worker === undefined ? undefined : this.call('close');
    this.#closed = true;
    // A dead thread is closed; its writes in the log are found when the file is opened again.
    await served?.catch(() => undefined);
    await worker?.terminate();
  }

  #start(): Worker {
    // Drops the flags of the process: some (--input-type) are not for a thread that runs a file.
    const worker = new Worker(workerUrl, { workerData: this.#data, name: 'sqlite', execArgv: [] });
    const pending = new Map<number, PendingCall>();
    this.#pending = pending;
    let cause: unknown;
    worker.on('message', (response: WorkerResponse) => {
      const call = pending.get(response.id);
      pending.delete(response.id);
      if (pending.size === 0) worker.unref();
      if ('error' in response) call?.reject(new TableError(response.error.kind, response.error.message));
      else call?.resolve(response.value);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#generation++;
      const message = `The thread of the background lane died${cause instanceof Error ? `: ${cause.message}` : ''}. Try again.`;
      for (const { reject } of pending.values()) reject(new TableError('unavailable', message, cause));
      pending.clear();
    });
    worker.unref();
    return worker;
  }
}

import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads';

/** Calls that a thread or a process has not answered. It keeps this process alive while there are any. */
export class PendingCalls<Answer> {
  readonly #calls = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #hold: (held: boolean) => void;

  /** @param hold whether this process goes on for the worker's sake. */
  constructor(hold: (held: boolean) => void) {
    this.#hold = hold;
    hold(false);
  }

  get ids(): Iterable<number> {
    return this.#calls.keys();
  }

  add(id: number): Promise<Answer> {
    const call = Promise.withResolvers<Answer>();
    this.#calls.set(id, call);
    this.#hold(true);
    return call.promise;
  }

  answer(id: number, answer: Answer): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#hold(false);
    call?.resolve(answer);
  }

  fail(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

interface WorkerThreadOptions<Request> extends Pick<WorkerOptions, 'name' | 'workerData' | 'resourceLimits'> {
  /** The error of calls that are unanswered when the thread dies. */
  readonly deathOf: (cause: unknown) => Error;
  /** The first message to a new thread. */
  readonly greeting?: () => Iterable<Request>;
}

interface Call<Request> {
  /** None where no answer is wanted. */
  readonly id?: number;
  readonly request: Request;
}

interface Answered<Answer> {
  readonly id: number;
  readonly answer: Answer;
}

/**
 * The main thread's end of a thread that answers calls. The thread starts with the first call, and again with the first
 * one after it died. Its program calls `answerCalls`.
 */
export class WorkerThread<Request, Answer> {
  readonly #program: URL;
  readonly #options: WorkerThreadOptions<Request>;
  #running: { readonly worker: Worker; readonly calls: PendingCalls<Answer> } | undefined;
  #lastId = 0;
  #generation = 0;

  constructor(program: URL, options: WorkerThreadOptions<Request>) {
    this.#program = program;
    this.#options = options;
  }

  /** Goes up when the thread dies: what it knew is gone. */
  get generation(): number {
    return this.#generation;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Throws where the request cannot be cloned. */
  call(request: Request): Promise<Answer> {
    const { worker, calls } = (this.#running ??= this.#start());
    const id = ++this.#lastId;
    worker.postMessage({ id, request } satisfies Call<Request>);
    return calls.add(id);
  }

  /** For a thread that runs; there is no answer. */
  tell(request: Request): void {
    this.#running?.worker.postMessage({ request } satisfies Call<Request>);
  }

  async terminate(): Promise<void> {
    await this.#running?.worker.terminate();
  }

  #start() {
    const { deathOf, greeting, ...options } = this.#options;
    // Drops the flags of the process: some (--input-type) are not for a thread that runs a file.
    const worker = new Worker(this.#program, { ...options, execArgv: [] });
    const calls = new PendingCalls<Answer>((held) => {
      if (held) worker.ref();
      else worker.unref();
    });
    let cause: unknown;
    worker.on('message', ({ id, answer }: Answered<Answer>) => calls.answer(id, answer));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#running = undefined;
      this.#generation++;
      calls.fail(deathOf(cause));
    });
    for (const request of greeting?.() ?? []) worker.postMessage({ request } satisfies Call<Request>);
    return { worker, calls };
  }
}

/** The thread's end. An error of `answer` ends the thread. */
export function answerCalls(answer: (request: never) => unknown): void {
  const serve = async ({ id, request }: Call<never>): Promise<void> => {
    const answered = await answer(request);
    if (id !== undefined) parentPort?.postMessage({ id, answer: answered } satisfies Answered<unknown>);
  };
  parentPort?.on('message', (call: Call<never>) => void serve(call));
}

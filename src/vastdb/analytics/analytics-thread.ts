import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { TableError, type TableErrorKind } from '../table-error.ts';
import type { Analysis, AnalysisResult, ExportedRows } from './analysis.ts';
import { AnalysisError, type AnalysisErrorKind } from './analysis-error.ts';
import type { ThreadData, ThreadRequest, ThreadResponse } from './thread-protocol.ts';

export interface AnalyticsThreadOptions extends ThreadData {
  /** Requests that are worked on at a time; more are refused. */
  readonly concurrency: number;
  /** How long one may take, milliseconds. */
  readonly timeoutMs: number;
  /** How long a stream may take, whoever reads it included, milliseconds: so long it holds a snapshot of the tables. */
  readonly streamMs: number;
  /** How long the thread is kept when nothing is asked of it, milliseconds. */
  readonly idleMs: number;
}

interface Pending {
  readonly resolve: (response: ThreadResponse) => void;
  readonly reject: (error: Error) => void;
}

// Beside this file, and compiled with it: sources run as they are, a build has .js files.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './analytics-worker.ts' : './analytics-worker.js',
  import.meta.url,
);

/** For the batches on their way into the database: what is more is a defect, and ends the thread, not the process. */
const HEAP_MIB = 256;

/**
 * The main thread's end of the thread of the analytics. It starts with the first request, and ends when none came for
 * a while: a server that nobody asks for analyses has no memory in it. Requests that are given up are waited for by
 * nobody, and keep their place until the thread has left them.
 */
export class AnalyticsThread {
  readonly #options: AnalyticsThreadOptions;
  /** What this thread has not answered; those of one that is ending are its own. */
  #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #running = 0;
  #lastId = 0;
  #closed = false;

  constructor(options: AnalyticsThreadOptions) {
    this.#options = options;
  }

  /**
   * @param signal ends it when whoever asked is gone.
   * @param timeoutMs a deadline that is nearer than the thread's own.
   * @throws AnalysisError, TableError
   */
  async run<const Asked extends Analysis>(
    analysis: Asked,
    signal: AbortSignal,
    timeoutMs = Infinity,
  ): Promise<AnalysisResult<Asked['kind']>> {
    const { id, ended } = this.#begin();
    const asked = this.#send({ id, do: 'run', analysis });
    // The place is free when the thread has answered, be it that it has stopped.
    void asked.then(ended, ended);
    try {
      const response = await this.#patiently(id, asked, signal, Math.min(timeoutMs, this.#options.timeoutMs));
      return valueOf(response) as AnalysisResult<Asked['kind']>;
    } catch (error) {
      // What cannot be removed goes with the thread's folder.
      if (analysis.kind === 'parquet') void asked.then(removeFile).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Rows as an Arrow IPC stream; the next piece is made when it is asked for. Each may take as long as an analysis, and
   * all of it `streamMs`.
   */
  async *stream(rows: ExportedRows, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { id, ended } = this.#begin();
    let asked = this.#send({ id, do: 'stream', rows });
    let late: AnalysisError | undefined;
    const timer = setTimeout(() => {
      late = new AnalysisError('deadline', `The stream takes longer than ${this.#options.streamMs / 1000} s.`);
      this.#cancel(id);
    }, this.#options.streamMs).unref();
    try {
      for (;;) {
        const response = await this.#patiently(id, asked, signal, this.#options.timeoutMs);
        // Whatever the thread answers to what was cancelled: it is not the end of the rows.
        if (late !== undefined) throw late;
        if (!('piece' in response)) {
          valueOf(response);
          return;
        }
        yield response.piece;
        asked = this.#send({ id, do: 'next' });
      }
    } finally {
      clearTimeout(timer);
      this.#cancel(id);
      void asked.then(ended, ended);
    }
  }

  /** Ends the thread, and with it what it is at. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  #begin(): { readonly id: number; readonly ended: () => void } {
    if (this.#closed) throw new AnalysisError('cancelled', 'The analytics are closed.');
    if (this.#running >= this.#options.concurrency) {
      throw new AnalysisError('busy', `${this.#running} analyses run already; no more may.`);
    }
    this.#running++;
    clearTimeout(this.#idle);
    const ended = (): void => {
      this.#running--;
      if (this.#running > 0 || this.#closed) return;
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs).unref();
    };
    return { id: ++this.#lastId, ended };
  }

  #send(request: ThreadRequest): Promise<ThreadResponse> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });
  }

  async #patiently(
    id: number,
    asked: Promise<ThreadResponse>,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<ThreadResponse> {
    const given = Promise.withResolvers<never>();
    const giveUp = (error: AnalysisError): void => {
      this.#cancel(id);
      given.reject(error);
    };
    const onAbort = (): void => giveUp(new AnalysisError('cancelled', 'Whoever asked is gone.'));
    const timer = setTimeout(
      () => giveUp(new AnalysisError('deadline', `It takes longer than ${timeoutMs / 1000} s.`)),
      timeoutMs,
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      return await Promise.race([asked, given.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #cancel(id: number): void {
    this.#worker?.postMessage({ id, do: 'cancel' } satisfies ThreadRequest);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) return;
    for (const id of this.#pending.keys()) this.#cancel(id);
    const closed = this.#send({ id: ++this.#lastId, do: 'close' });
    // A request that comes meanwhile has a thread of its own.
    this.#worker = undefined;
    await closed.catch(() => undefined);
    await worker.terminate();
  }

  #start(): Worker {
    const { tables, limits } = this.#options;
    // Not the flags of the process: some of them (--input-type) are not for a thread that runs a file.
    const worker = new Worker(workerUrl, {
      workerData: { tables, limits } satisfies ThreadData,
      name: 'analytics',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    const pending = new Map<number, Pending>();
    this.#pending = pending;
    let cause: unknown;
    worker.on('message', (response: ThreadResponse) => {
      const asked = pending.get(response.id);
      pending.delete(response.id);
      if (pending.size === 0) worker.unref();
      asked?.resolve(response);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      const error = deathOf(cause);
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    });
    worker.unref();
    return worker;
  }
}

/** Only the want of memory is the fault of what was asked; anything else is a defect. */
function deathOf(cause: unknown): Error {
  const message = `The thread of the analytics died${cause instanceof Error ? `: ${cause.message}` : ''}.`;
  const isMemory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? new AnalysisError('too_large', message, cause) : new Error(message, { cause });
}

/** A file that was finished although it had been given up is nobody's. */
async function removeFile(response: ThreadResponse): Promise<void> {
  if (!('value' in response)) return;
  await rm((response.value as AnalysisResult<'parquet'>).file, { force: true });
}

/** @throws what the thread met. */
function valueOf(response: ThreadResponse): unknown {
  if ('value' in response) return response.value;
  if (!('error' in response)) throw new Error('the thread of the analytics sent a piece that nobody asked for');
  const { of, kind, message } = response.error;
  if (of === 'table') throw new TableError(kind as TableErrorKind, message);
  if (of === 'analysis') throw new AnalysisError(kind as AnalysisErrorKind, message);
  throw new Error(message);
}

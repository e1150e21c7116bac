import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PendingCalls } from '../../shared/worker-calls.ts';
import { AnalysisError } from './analysis-error.ts';
import type { ChildRequest, ChildResponse, ComputeLimits, TableAddress } from './child-protocol.ts';
import { FOLDER } from './compute.ts';

/** For the batches on their way into the database: what is more is a defect, and ends that process, not this one. */
const HEAP_MIB = 256;
/** How long the process has to end its transactions before it is ended. */
const CLOSE_MS = 5_000;

/** A process of the analytics, as this one speaks to it. */
export class ChildChannel {
  readonly #child: ChildProcess;
  readonly #calls: PendingCalls<ChildResponse>;
  /** Resolves when the process is gone, and its folder with it. */
  readonly ended: Promise<void>;
  #death: Error | undefined;

  /** @param onExit the process takes nothing any more. */
  constructor(tables: TableAddress, limits: ComputeLimits, onExit: () => void) {
    const folder = join(limits.directory, `${FOLDER}${randomUUID()}`);
    this.#child = fork(new URL('./analytics-child.ts', import.meta.url), {
      // Structured clones, as between threads: whole numbers of 64 bits, and bytes.
      serialization: 'advanced',
      // Drops the flags of this process: some (--input-type) are not for one that runs a file.
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ended = new Promise<Error>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(deathOf(code, signal)));
      this.#child.on('error', (cause) =>
        resolve(new Error('The process of the analytics cannot be started.', { cause })),
      );
    }).then((death) => {
      onExit();
      return this.#clear(death, folder);
    });
    this.#calls = new PendingCalls((held) => this.#hold(held));
    this.#child.on('message', (response: ChildResponse) => this.#calls.answer(response.id, response));
    this.tell({ do: 'open', tables, limits, folder });
  }

  /** Rejects if the process is gone, with what it died of. */
  async ask(request: Extract<ChildRequest, { id: number }>): Promise<ChildResponse> {
    if (this.#death !== undefined) throw this.#death;
    const answered = this.#calls.add(request.id);
    this.tell(request);
    return answered;
  }

  /** If sending fails, the waiting callers are rejected when the process is gone. */
  tell(request: ChildRequest): void {
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  /** Ends the process, and its work. @param id of this last request. */
  async end(id: number): Promise<void> {
    for (const running of this.#calls.ids) this.tell({ id: running, do: 'cancel' });
    const closed = this.ask({ id, do: 'close' }).catch(() => undefined);
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
    this.#hold(true);
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #clear(death: Error, folder: string): Promise<void> {
    this.#death = death;
    this.#calls.fail(death);
    // A later process tries again to remove the rest.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Sets whether the child keeps this process alive. */
  #hold(held: boolean): void {
    for (const each of [this.#child, this.#child.channel]) {
      if (held) each?.ref();
      else each?.unref();
    }
  }
}

/**
 * Signals that end a process to which the system, or V8, refused more memory: only that is the fault of the request.
 */
const OUT_OF_MEMORY: ReadonlySet<string | null> = new Set(['SIGKILL', 'SIGABRT']);

function deathOf(code: number | null, signal: NodeJS.Signals | null): Error {
  const message = `The process of the analytics died (${signal ?? `exit ${code}`}).`;
  return OUT_OF_MEMORY.has(signal) ? new AnalysisError('too_large', message) : new Error(message);
}

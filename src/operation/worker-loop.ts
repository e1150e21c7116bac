import type { Logger } from 'pino';
import { isStorageFull } from './disk-reserve.ts';

/** Does one round of work. Returns after how many milliseconds the next is due. */
type WorkRound = (signal: AbortSignal) => Promise<number>;

/** Pause before a failed round is repeated. */
const RETRY_MS = 5_000;

/** For rounds of a few short transactions: a longer round is stuck. */
export const SHORT_ROUND_MAX_MS = 60_000;

/** How a worker fares. Times are ms since 1970. */
export interface WorkerStatus {
  readonly name: string;
  readonly running: boolean;
  /** Start of the running round. */
  readonly busySince: number | undefined;
  /** Whether the running round has exceeded its limit. */
  readonly overdue: boolean;
  readonly lastSuccess: number | undefined;
  /** Rounds that failed since the last one that did not. */
  readonly failuresInRow: number;
  /** Why the last of them failed. */
  readonly lastFailure: string | undefined;
}

/** Works in the background from its start until it is stopped. */
export interface Worker {
  readonly status: WorkerStatus;
  start(): void;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  /** Looks for due work now. Resolves when that is done. */
  nextRound?(): Promise<void>;
}

/** Repeats rounds of work, one at a time, until it is stopped; `wake` begins the next at once. */
export class WorkerLoop implements Worker {
  readonly #name: string;
  readonly #round: WorkRound;
  readonly #logger: Logger;
  readonly #roundMaxMs: number;
  readonly #stopping = new AbortController();
  #woken = false;
  #endWait: (() => void) | undefined;
  #awaited: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #busySince: number | undefined;
  #lastSuccess: number | undefined;
  #failuresInRow = 0;
  #lastFailure: string | undefined;

  /** `roundMaxMs` is for workers whose rounds are short whatever there is to do: a longer one is stuck. */
  constructor(name: string, round: WorkRound, logger: Logger, roundMaxMs = Infinity) {
    this.#name = name;
    this.#round = round;
    this.#logger = logger;
    this.#roundMaxMs = roundMaxMs;
  }

  get status(): WorkerStatus {
    return {
      name: this.#name,
      running: this.#running !== undefined && !this.#stopping.signal.aborted,
      busySince: this.#busySince,
      overdue: this.#busySince !== undefined && Date.now() - this.#busySince > this.#roundMaxMs,
      lastSuccess: this.#lastSuccess,
      failuresInRow: this.#failuresInRow,
      lastFailure: this.#lastFailure,
    };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#endWait?.();
  }

  /** Begins a round as soon as it can. Resolves when it has ended, successfully or not. */
  nextRound(): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited.push(resolve);
      this.wake();
    });
  }

  /** Resolves when the running round has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = false;
      const awaited = this.#awaited.splice(0);
      let waitMs = RETRY_MS;
      this.#busySince = Date.now();
      try {
        waitMs = await this.#round(signal);
        this.#lastSuccess = Date.now();
        this.#failuresInRow = 0;
        this.#lastFailure = undefined;
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        // On a full disk this server must stay in service, so that clients can delete.
        if (!isStorageFull(error)) {
          this.#failuresInRow++;
          this.#logger.error({ err: error, worker: this.#name }, `${this.#name} failed; it tries again`);
        } else if (this.#lastFailure !== failure) {
          this.#logger.warn(
            { err: error, worker: this.#name },
            `${this.#name} pauses until there is space to write to`,
          );
        }
        this.#lastFailure = failure;
      }
      this.#busySince = undefined;
      for (const ended of awaited) ended();
      await this.#wait(waitMs);
    }
  }

  async #wait(ms: number): Promise<void> {
    if (this.#woken || this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endWait = undefined;
  }
}

/** After this many failed rounds in a row, a worker is not expected to recover by itself. */
const FAILURES_MAX = 3;

/** Why a worker counts as failing, as one text with its name; undefined while it is well. */
export function workerFailure(worker: WorkerStatus): string | undefined {
  const { name, running, failuresInRow, lastFailure, busySince, overdue } = worker;
  if (!running) return `${name}: ${lastFailure ?? 'it does not run'}`;
  if (failuresInRow >= FAILURES_MAX) return `${name}: ${lastFailure ?? 'it fails'}`;
  if (overdue) return `${name}: its round does not end, since ${new Date(busySince ?? 0).toISOString()}`;
  return undefined;
}

import type { Logger } from 'pino';

/** Does one round of work. Returns after how many milliseconds the next is due. */
export type WorkRound = (signal: AbortSignal) => Promise<number>;

/** After how long a round that failed is tried again. */
const RETRY_MS = 5_000;

/** Repeats rounds of work, one at a time, until it is stopped; `wake` begins the next at once. */
export class WorkerLoop {
  readonly #name: string;
  readonly #round: WorkRound;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #woken = false;
  #endWait: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(name: string, round: WorkRound, logger: Logger) {
    this.#name = name;
    this.#round = round;
    this.#logger = logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#endWait?.();
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = false;
      let waitMs = RETRY_MS;
      try {
        waitMs = await this.#round(signal);
      } catch (error) {
        this.#logger.error({ err: error, worker: this.#name }, `${this.#name} failed; it tries again`);
      }
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

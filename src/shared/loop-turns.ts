/** After a part, others may have the event loop for this many times as long. */
const REST = 2;
/** A turn of the event loop that is shorter had nothing else to do. */
const IDLE_MS = 0.1;
/** Parts of begun jobs that may follow each other while a job waits to begin: more than the largest page has. */
const BEGUN_IN_ROW = 32;

/**
 * Turns of the event loop for long jobs, which do their work in parts. However many jobs there are, a turn does one part of
 * one of them. While there is other work, this has the loop for twice as long as the part took: long jobs have a third of it,
 * together. Without other work the next part follows at once.
 */
export class LoopTurns {
  readonly #now: () => number;
  /**
   * Jobs that have begun come first: what they have read so far stays in memory until they end. Now and then another may begin
   * all the same, or it would wait for as long as there are such jobs.
   */
  readonly #begun: (() => void)[] = [];
  readonly #fresh: (() => void)[] = [];
  #begunInRow = 0;
  #isScheduled = false;
  #restsUntil = 0;
  /** Start of the present part, and end of the last turn. */
  #startedAt: number | undefined;
  #endedAt = 0;

  /** @param now a clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Resolves when the caller may do a part, which lasts until it awaits anything that is not there yet.
   *
   * @param isFirst whether it is the first part of the job
   */
  next({ isFirst = false } = {}): Promise<void> {
    return new Promise((resolve) => {
      (isFirst ? this.#fresh : this.#begun).push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#begin);
    // Runs next after what the part does without waiting.
    setImmediate(this.#end);
  }

  readonly #begin = (): void => {
    const now = this.#now();
    const othersWork = now - this.#endedAt > IDLE_MS;
    if (othersWork && now < this.#restsUntil) return;
    this.#startedAt = now;
    this.#take()?.();
  };

  #take(): (() => void) | undefined {
    const next = this.#begunInRow < BEGUN_IN_ROW ? this.#begun.shift() : undefined;
    this.#begunInRow = next === undefined ? 0 : this.#begunInRow + 1;
    return next ?? this.#fresh.shift() ?? this.#begun.shift();
  }

  readonly #end = (): void => {
    this.#endedAt = this.#now();
    if (this.#startedAt !== undefined) {
      this.#restsUntil = this.#endedAt + REST * (this.#endedAt - this.#startedAt);
      this.#startedAt = undefined;
    }
    this.#isScheduled = false;
    if (this.#begun.length + this.#fresh.length > 0) this.#schedule();
  };
}

const turns = new LoopTurns(() => performance.now());

/** The next turn of the event loop that a part of a long job may have, of all long jobs of this process. */
export const nextTurn = turns.next.bind(turns);

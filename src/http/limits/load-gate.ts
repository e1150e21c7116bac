import { performance } from 'node:perf_hooks';

const { nodeTiming } = performance;

/** Requests are refused once every turn of the event loop has been late for this long. */
const SUSTAINED_MS = 500;
/** At least this many turns must be late: a single one may last as long. */
const LATE_TURNS = 3;
/** Without a late turn and a refusal for this long, all requests are taken again. */
const CALM_MS = 2_000;
/** This many are taken in a turn, however long they take: a few clients with large requests are no overload. */
const TAKEN_MIN = 64;
/** An event loop that idles this long between two turns is not overloaded. */
const IDLE_MS = 1;

/**
 * Detects overload. All requests that have arrived are handed out in one turn of the event loop, one after the other:
 * the last one waits for all the others, and the next turn for all of this one. One long turn is nothing (a large body,
 * a collection of garbage); when there has been no other kind for half a second, work arrives faster than it is done,
 * and the turns would grow for as long as there are connections. From then on each turn takes requests until half its
 * time is up: those that are taken wait for two such turns at most, however many are sent.
 */
export class LoadGate {
  readonly #delayMs: number;
  readonly #onChange: (overloaded: boolean) => void;
  /** Start of the present turn; undefined before its first request. */
  #startedAt: number | undefined;
  #taken = 0;
  #endedAt = 0;
  /** Total idle time of the event loop when the last turn ended. */
  #idleBefore = 0;
  #calmAt = 0;
  #lateAt = 0;
  #lateTurns = 0;
  #overloaded = false;

  /** `delayMs` is how long a turn may take; 0 admits everything. */
  constructor(delayMs: number, onChange: (overloaded: boolean) => void) {
    this.#delayMs = delayMs;
    this.#onChange = onChange;
  }

  get overloaded(): boolean {
    return this.#overloaded;
  }

  /** Whether a request that arrives at `now` (`performance.now()`) is to be taken. */
  admits(now: number): boolean {
    if (this.#delayMs === 0) return true;
    if (this.#startedAt === undefined) {
      this.#startedAt = now;
      if (now - this.#endedAt > IDLE_MS && nodeTiming.idleTime - this.#idleBefore > IDLE_MS) this.#calm(now);
      // Runs when all requests that were there have been handed out.
      setImmediate(this.#endTurn);
    }
    if (this.#overloaded && this.#taken >= TAKEN_MIN && now - this.#startedAt > this.#delayMs / 2) {
      // The overload goes on: it ends when nothing had to be refused for a while.
      this.#lateAt = now;
      return false;
    }
    this.#taken++;
    return true;
  }

  readonly #endTurn = (): void => {
    const now = performance.now();
    if (now - (this.#startedAt ?? now) <= this.#delayMs) {
      this.#calm(now);
    } else {
      this.#lateAt = now;
      this.#lateTurns++;
    }
    this.#startedAt = undefined;
    this.#taken = 0;
    this.#endedAt = now;
    this.#idleBefore = nodeTiming.idleTime;
    const isLate = this.#lateTurns >= LATE_TURNS && now - this.#calmAt >= SUSTAINED_MS;
    if (this.#overloaded ? now - this.#lateAt < CALM_MS : !isLate) return;
    this.#overloaded = !this.#overloaded;
    this.#onChange(this.#overloaded);
  };

  #calm(now: number): void {
    this.#calmAt = now;
    this.#lateTurns = 0;
  }
}

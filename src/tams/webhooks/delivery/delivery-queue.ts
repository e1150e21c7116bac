import { type LoggedEvent, subjectOf } from '../event.ts';

/** Most waiting events, give or take a page of the log: it bounds memory, and repetitions after a crash. */
const EVENTS_MAX = 2_048;
const CHARACTERS_MAX = 8 * 2 ** 20;
/** Most flows with failing events: each attempt delays the other flows by a pause. */
const STALLED_MAX = 64;

/** Undelivered events of one flow or source. */
interface Line {
  readonly events: LoggedEvent[];
  /** Failures of the first event. */
  attempts: number;
  /** Earliest next attempt, on the clock of `performance.now()`. */
  retryAt: number;
}

/** The queue of one registration: in order within a flow or source, in turns between them. */
export class DeliveryQueue {
  readonly #lines = new Map<string, Line>();
  /** Lines that may go on at once, in turns. */
  readonly #ready = new Set<Line>();
  /** Lines that wait for another attempt. */
  readonly #stalled = new Set<Line>();
  #events = 0;
  #characters = 0;

  /** Whether no more should be added for now. Something that is in it can be taken, is under way, or will be retried. */
  get isFull(): boolean {
    if (this.#events >= EVENTS_MAX || this.#characters >= CHARACTERS_MAX) return true;
    return this.#stalled.size >= STALLED_MAX && this.#waiting().length >= STALLED_MAX;
  }

  /** Whether there is something that can be taken and has not failed yet. */
  get hasFresh(): boolean {
    return this.#ready.size > 0;
  }

  add(event: LoggedEvent): void {
    const subject = subjectOf(event.scope);
    const line = this.#lines.get(subject);
    this.#events += 1;
    this.#characters += event.payload.length;
    if (line !== undefined) {
      line.events.push(event);
      return;
    }
    const fresh: Line = { events: [event], attempts: 0, retryAt: 0 };
    this.#lines.set(subject, fresh);
    this.#ready.add(fresh);
  }

  /**
   * The next event to deliver, which is under way from here on; undefined where none may go now. With `freshFirst` one
   * that has not failed yet is preferred: only so the refusal of one event can be told from that of all.
   */
  take(now: number, { freshFirst = false } = {}): LoggedEvent | undefined {
    const [fresh] = this.#ready;
    const again = this.#waiting().find(({ retryAt }) => retryAt <= now);
    const line = freshFirst ? (fresh ?? again) : (again ?? fresh);
    if (line === undefined) return undefined;
    this.#ready.delete(line);
    this.#stalled.delete(line);
    return line.events[0];
  }

  /** The event is done with. */
  finish(event: LoggedEvent): void {
    const subject = subjectOf(event.scope);
    const line = this.#lines.get(subject);
    if (line === undefined) return;
    line.events.shift();
    this.#events -= 1;
    this.#characters -= event.payload.length;
    line.attempts = 0;
    this.#stalled.delete(line);
    if (line.events.length === 0) this.#lines.delete(subject);
    else this.#ready.add(line);
  }

  /** The event, and what comes after it in its line, waits. Returns how often it has failed. */
  postpone(event: LoggedEvent, waitMs: (attempts: number) => number): number {
    const line = this.#lines.get(subjectOf(event.scope));
    if (line === undefined) return 0;
    line.attempts += 1;
    line.retryAt = performance.now() + waitMs(line.attempts);
    this.#stalled.add(line);
    return line.attempts;
  }

  /** Time when the next waiting one may go; Infinity if none waits. */
  nextRetryAt(): number {
    let next = Infinity;
    for (const { retryAt } of this.#waiting()) next = Math.min(next, retryAt);
    return next;
  }

  /** Lets all that wait for another attempt go at once. */
  hurry(): void {
    for (const line of this.#stalled) line.retryAt = 0;
  }

  /**
   * Gives the events back, to be added again later. Nothing may be under way. Which flows wait for another attempt, and
   * how long, is remembered: the first of them must not be tried again and again while the others never come to it.
   */
  forget(): void {
    this.#ready.clear();
    for (const [subject, line] of this.#lines) {
      // A line that was not added again since the last time is obsolete.
      if (this.#stalled.has(line) && line.events.length > 0) {
        line.events.length = 0;
        continue;
      }
      this.#stalled.delete(line);
      this.#lines.delete(subject);
    }
    this.#events = 0;
    this.#characters = 0;
  }

  /** Those that wait for another attempt, without those whose events were forgotten. */
  #waiting(): Line[] {
    return [...this.#stalled].filter(({ events }) => events.length > 0);
  }
}

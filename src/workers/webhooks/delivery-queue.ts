import { type LoggedEvent, subjectOf } from '../../domain/event.ts';

/** Events of one flow or source that were read and are not delivered. */
interface Line {
  readonly events: LoggedEvent[];
  /** Failures of the first event. */
  attempts: number;
  /** Not before then, on the clock of `performance.now()`. */
  retryAt: number;
}

/** What waits to be delivered to one registration: in order within a flow or source, in turns between them. */
export class DeliveryQueue {
  readonly #lines = new Map<string, Line>();
  /** Those that may go on at once, in turns. */
  readonly #ready = new Set<Line>();
  /** Those that wait for another attempt. */
  readonly #stalled = new Set<Line>();

  add(event: LoggedEvent): void {
    const subject = subjectOf(event.scope);
    const line = this.#lines.get(subject);
    if (line !== undefined) {
      line.events.push(event);
      return;
    }
    const fresh: Line = { events: [event], attempts: 0, retryAt: 0 };
    this.#lines.set(subject, fresh);
    this.#ready.add(fresh);
  }

  /** The next event to deliver, which is under way from here on; undefined where none may go now. */
  take(now: number): LoggedEvent | undefined {
    const line = this.#nextLine(now);
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

  /** When the next of those that wait may go; Infinity where none waits. */
  nextRetryAt(): number {
    let next = Infinity;
    for (const { retryAt } of this.#stalled) next = Math.min(next, retryAt);
    return next;
  }

  /** Lets all that wait for another attempt go at once. */
  hurry(): void {
    for (const line of this.#stalled) line.retryAt = 0;
  }

  #nextLine(now: number): Line | undefined {
    for (const line of this.#stalled) if (line.retryAt <= now) return line;
    const [first] = this.#ready;
    return first;
  }
}

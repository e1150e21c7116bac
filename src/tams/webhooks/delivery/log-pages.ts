import { LRUCache } from 'lru-cache';
import type { LoggedEvent } from '../event.ts';
import type { EventLogReader } from '../event-log-repository.ts';

const PAGE = 64;

/** A part of the log, complete up to `upTo`. */
interface LogPage {
  readonly events: readonly LoggedEvent[];
  readonly upTo: number;
}

/**
 * The log in pages that all registrations share: a hundred of them that are near its end read it once. Positions that
 * nobody waits for any more are simply missing.
 */
export class LogPages {
  readonly #log: Pick<EventLogReader, 'read'>;
  readonly #pages: LRUCache<number, LogPage>;
  readonly #reading = new Map<string, Promise<LogPage>>();
  #start = 0;
  #end = 0;

  /** @param maxBytes of payloads that are kept. */
  constructor(log: Pick<EventLogReader, 'read'>, maxBytes: number) {
    this.#log = log;
    this.#pages = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ events }) => events.reduce((sum, { payload }) => sum + payload.length, 1),
    });
  }

  /** Bytes of the payloads that are kept. */
  get bytes(): number {
    return this.#pages.calculatedSize;
  }

  /** The log is empty up to this position. */
  get start(): number {
    return this.#start;
  }

  /** The position of the last event. */
  get end(): number {
    return this.#end;
  }

  /** Updates the state of the log. */
  advance(start: number, end: number): void {
    this.#start = start;
    this.#end = end;
  }

  /** The page that has the position after `after`, which is before the end; the page may begin before it. */
  async next(after: number): Promise<LogPage> {
    const number = Math.floor(after / PAGE);
    const upTo = Math.min((number + 1) * PAGE, this.#end);
    const kept = this.#pages.get(number);
    if (kept !== undefined && kept.upTo >= upTo) return kept;
    const key = `${number} ${upTo}`;
    const reading = this.#reading.get(key) ?? this.#read(number, upTo).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #read(number: number, upTo: number): Promise<LogPage> {
    const page = { events: await this.#log.read(number * PAGE, upTo), upTo };
    this.#pages.set(number, page);
    return page;
  }
}

import type { LoggedEvent, LogState, NewEvent } from './event.ts';
import type { Subscription } from './webhook.ts';

/** Takes the events of a transaction's changes: they exist if, and only if, it commits. */
export interface Outbox {
  /** All registrations as of this transaction. Costs one point read, once per transaction. */
  registrations(): Promise<readonly Subscription[]>;
  add(event: NewEvent): Promise<void>;
}

export interface EventLogReads {
  state(): Promise<LogState>;
  /** The events after `after` up to `upTo`, in order, without those that nobody waits for any more. */
  read(after: number, upTo: number): Promise<LoggedEvent[]>;
  /** The first of them, with about so many bytes in memory, and up to where they are all. */
  readSome(after: number, upTo: number, maxBytes: number): Promise<{ events: LoggedEvent[]; upTo: number }>;
  /** Whether events wait for their place. */
  hasUnplaced(): Promise<boolean>;
  /** The time of the oldest event that is kept, in ms since 1970. */
  oldestMs(): Promise<number | undefined>;
}

export interface EventLog extends EventLogReads {
  /** Gives events without a place the next ones, in order: all, or at most `limit`. Returns how many. */
  place(limit?: number): Promise<number>;
  /**
   * Lets the log have a reader beside the webhooks, that is told of everything from here on. Changes nothing where there is one.
   */
  addReader(): Promise<void>;
  removeReader(): Promise<void>;
  /** Notes up to where the reader is done. */
  advanceReader(position: number): Promise<void>;
  /**
   * Removes events that are done: up to `doneUpTo`, and of those only the ones up to `failingUpTo` or older than
   * `olderThanMs`. At most `limit`; returns how many.
   */
  trim(done: { doneUpTo: number; failingUpTo: number; olderThanMs: number }, limit: number): Promise<number>;
}

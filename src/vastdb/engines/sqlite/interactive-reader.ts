import type { RowSet, SelectRequest, TableReader } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import type { Session } from './session.ts';
import { isBusy } from './sqlite-error.ts';
import { untilUnlocked } from './write-lock.ts';

/** Reads on the main thread, over a connection of their own: they see what is committed. */
export class InteractiveReader implements TableReader {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async select(request: SelectRequest): Promise<RowSet> {
    try {
      return this.#session.select(request);
    } catch (error) {
      return retryWhileBusy(error, () => this.#session.select(request));
    }
  }

  async count(table: string, where?: Predicate): Promise<number> {
    try {
      return this.#session.count(table, where);
    } catch (error) {
      return retryWhileBusy(error, () => this.#session.count(table, where));
    }
  }
}

/**
 * Readers and writers of a write-ahead log do not wait for each other, with few exceptions: another
 * process is recovering the log after a crash, say.
 */
async function retryWhileBusy<T>(failure: unknown, read: () => T): Promise<T> {
  if (!isBusy(failure)) throw failure;
  let result: { value: T } | undefined;
  await untilUnlocked(() => {
    try {
      result = { value: read() };
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  });
  if (result === undefined) throw failure;
  return result.value;
}

import { type FileHandle, open } from 'node:fs/promises';
import { TableError } from '../../table-error.ts';

/**
 * Brings the write-ahead log to disk on a thread of the file system pool. It is what SQLite itself
 * does at the end of a commit with `synchronous=FULL`; there it would block the event loop for as
 * long as the disk takes.
 */
export class LogSync {
  readonly #file: string;
  #handle: Promise<FileHandle> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: TableError | undefined;

  /** @param database path of the database, beside which SQLite keeps the log while it is open. */
  constructor(database: string) {
    this.#file = `${database}-wal`;
  }

  /** Resolves when everything that was committed before this call is on disk. */
  synced(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    // The running sync may have begun before the last commit: the next one serves all that come meanwhile.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => undefined);
    const handle = await this.#handle?.catch(() => undefined);
    await handle?.close();
  }

  #start(): Promise<void> {
    this.#running = this.#sync().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#handle ??= open(this.#file, 'r+');
      await (await this.#handle).datasync();
    } catch (error) {
      // After a failed sync the system may treat unwritten pages as written: later syncs prove nothing, so nothing is
      // acknowledged any more.
      this.#failure = new TableError(
        'unavailable',
        `The log ${this.#file} could not be synced; nothing can be written safely until the server is restarted. ${String(error)}`,
        error,
      );
      throw this.#failure;
    }
  }
}

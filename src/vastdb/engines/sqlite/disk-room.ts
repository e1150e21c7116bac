import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { spaceOf } from '../../../operation/disk-reserve.ts';
import { TableError } from '../../table-error.ts';
import type { Session } from './session.ts';

/** Where there is plenty, free space is read again after this time, or as many transactions as could not use it up. */
const FRESH_MS = 100;
const FRESH_TRANSACTIONS_MIN = 8;
/** More than a transaction of the largest request writes, log and all. */
const TRANSACTION_MAX_BYTES = 512 * 2 ** 20;

/**
 * Whether the disk has room for transactions that do not make any. Pages that deletions freed within the database are
 * used again, so they count as room, as long as there is space for the log too.
 */
export class DiskRoom {
  readonly #file: string;
  readonly #reserveBytes: number;
  readonly #session: Session;
  #staleAt = 0;
  #admitted = 0;
  #present = { reserve: 0, unused: 0, freed: 0 };

  /** @param file path of the database; `reserveBytes` 0 keeps no reserve. */
  constructor(file: string, reserveBytes: number, session: Session) {
    this.#file = file;
    this.#reserveBytes = reserveBytes;
    this.#session = session;
  }

  /** The reserve where the log has to be kept short, well before anything is refused; undefined where there is enough. */
  shortReserve(): number | undefined {
    const { reserve, unused } = this.#look();
    return unused < 2 * reserve ? reserve : undefined;
  }

  /** To be called before a transaction that may make the tables grow. @throws TableError `full`. */
  admit(): void {
    this.#admitted += 1;
    const { reserve, unused, freed } = this.#look();
    // Media is refused at the whole reserve, so that what was uploaded can still be registered.
    if (unused + freed >= reserve / 2 && unused >= reserve / 4) return;
    throw new TableError('full', `The rest of the disk of ${this.#file} is kept for deletions.`);
  }

  /**
   * Whether the log has to be emptied before anything is written, deletions too: it takes room on the disk, and needs more
   * in the database when it is copied. A disk that has none left for that cannot be emptied any more.
   */
  isLogInTheWay(): boolean {
    const { reserve, unused } = this.#look();
    if (unused >= reserve / 2) return false;
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    return log > reserve / 8;
  }

  /** To be called when the log was emptied. */
  lookAgain(): void {
    this.#staleAt = 0;
  }

  #look(): { reserve: number; unused: number; freed: number } {
    const now = performance.now();
    if (this.#reserveBytes === 0) return this.#present;
    // Else each time, which takes microseconds: a few transactions of large documents use up a reserve.
    const spare = this.#present.unused - 2 * this.#present.reserve;
    const fresh = Math.max(FRESH_TRANSACTIONS_MIN, spare / TRANSACTION_MAX_BYTES);
    if (spare >= 0 && now < this.#staleAt && this.#admitted < fresh) return this.#present;
    this.#staleAt = now + FRESH_MS;
    this.#admitted = 0;
    const { free, reserve } = spaceOf(statfsSync(dirname(this.#file)), this.#reserveBytes);
    const { bytes, freed } = this.#session.size();
    // Pages that are in the log only: the database grows by them when they are copied.
    const unwritten = Math.max(0, bytes - statSync(this.#file).size);
    this.#present = { reserve, unused: free - unwritten, freed };
    return this.#present;
  }
}

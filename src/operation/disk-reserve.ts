import { AsyncLocalStorage } from 'node:async_hooks';
import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import { AppError } from '../shared/errors.ts';

/** No reserve is larger than this part of its disk, so that small disks can be used too. */
const LARGEST_PART = 1 / 4;
/** After how long the disk is asked again. In between, what is written here is counted. */
const FRESH_MS = 250;

const freeing = new AsyncLocalStorage<boolean>();

/** Runs what makes room, or is needed for it: its writes to the tables may use the reserve. */
export const withReserve = <T>(work: () => T): T => freeing.run(true, work);

export const mayUseReserve = (): boolean => freeing.getStore() === true;

/** Free space of a disk for this process, and the reserve that is kept for deletions. */
export function spaceOf({ bavail, blocks, bsize }: StatsFs, reserveBytes: number): { free: number; reserve: number } {
  return { free: bavail * bsize, reserve: Math.min(reserveBytes, blocks * bsize * LARGEST_PART) };
}

/** Whether something failed for want of space: it goes on by itself when there is some again. */
export function isStorageFull(error: unknown): boolean {
  if (error instanceof AppError && error.code === 'storage_full') return true;
  return error instanceof Error && error.cause !== undefined && isStorageFull(error.cause);
}

/** Keeps room on a disk of media for those who delete: uploads are refused before it is used up. */
export class DiskReserve {
  readonly #directory: string;
  readonly #bytes: number;
  #room = 0;
  #staleAt = 0;
  #asked: Promise<void> | undefined;

  /** @param bytes 0 keeps none. */
  constructor(directory: string, bytes: number) {
    this.#directory = directory;
    this.#bytes = bytes;
  }

  /** To be called before so many bytes are written. Throws `storage_full` where that would take from the reserve. */
  async take(bytes: number): Promise<void> {
    if (this.#bytes === 0) return;
    const now = performance.now();
    if (now >= this.#staleAt) {
      this.#staleAt = now + FRESH_MS;
      this.#asked = this.#ask();
    }
    await this.#asked;
    this.#room -= bytes;
    if (this.#room >= 0) return;
    throw new AppError('storage_full', 'the rest of the disk is kept for deletions; delete something, or add space');
  }

  async #ask(): Promise<void> {
    const { free, reserve } = spaceOf(await statfs(this.#directory), this.#bytes);
    this.#room = free - reserve;
  }
}

/** Says where less is kept free than is configured, since the disk is small. */
export async function warnOfSmallDisks(
  folders: readonly string[],
  diskReserveBytes: number,
  logger: Logger,
): Promise<void> {
  for (const folder of folders) {
    const { reserve } = spaceOf(await statfs(folder), diskReserveBytes);
    if (reserve === diskReserveBytes) continue;
    logger.warn({ folder, reserveBytes: reserve }, 'the disk is small: a quarter of it is kept free for deletions');
  }
}

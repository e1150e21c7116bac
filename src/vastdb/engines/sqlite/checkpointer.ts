import { stat } from 'node:fs/promises';
import type { DiskRoom } from './disk-room.ts';
import type { WorkerClient } from './worker-client.ts';
import type { WriteLock } from './write-lock.ts';

const mebibyte = 1024 * 1024;

/** The log is copied into the database when it has grown to this size. */
const copyAtBytes = 8 * mebibyte;

/** Under a steady load the copying never quite catches up: beyond this size writers are held up until it has. */
const truncateAtBytes = 256 * mebibyte;

const shortestPauseMs = 250;

/** The same on a disk that fills up. */
const shortestPauseOnShortDiskMs = 25;

/** Keeps the write-ahead log short, off the main thread: a long log costs readers time and disk. */
export class Checkpointer {
  readonly #logFile: string;
  readonly #worker: WorkerClient;
  readonly #lock: WriteLock;
  readonly #room: DiskRoom;
  #lookAgainAt = 0;
  #running: Promise<void> | undefined;

  /** @param file path of the database, beside which SQLite keeps the log. */
  constructor(file: string, worker: WorkerClient, lock: WriteLock, room: DiskRoom) {
    this.#logFile = `${file}-wal`;
    this.#worker = worker;
    this.#lock = lock;
    this.#room = room;
  }

  /** To be called after every commit, and where the disk is short; looks at the log's size now and then. Never throws. */
  look(): void {
    const now = performance.now();
    if (now < this.#lookAgainAt || this.#running !== undefined) return;
    this.#lookAgainAt = now + shortestPauseMs;
    // One that fails is tried again after the next commits; until then the log only grows.
    this.#running = this.#copyLongLog()
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Frees the log's disk space, unless somebody reads from it for too long. */
  async empty(): Promise<void> {
    await this.#lock.hold(() => this.#worker.call('checkpoint', 'truncate'));
  }

  /** Resolves when no checkpoint runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #copyLongLog(): Promise<void> {
    // On a disk that fills up a long log would take the room of writes, and of the deletions that could make some.
    const reserve = this.#room.shortReserve() ?? Infinity;
    if (reserve < Infinity) this.#lookAgainAt = performance.now() + shortestPauseOnShortDiskMs;
    const { size } = await stat(this.#logFile);
    if (size < Math.min(copyAtBytes, reserve / 8)) return;
    await this.#worker.call('checkpoint', 'passive');
    if (size >= Math.min(truncateAtBytes, reserve / 4)) await this.empty();
  }
}

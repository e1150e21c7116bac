import type { Logger } from 'pino';
import type { ObjectWatch } from '../repositories/object-watch.ts';
import type { ObjectEvents } from '../services/object-events.ts';
import type { LeaseKeeper } from '../../../tams/leases/lease-keeper.ts';
import { WorkerLoop, type WorkerStatus } from '../../../operation/worker-loop.ts';
import type { ObjectStorage } from '../repositories/object-storage.ts';

interface WatchOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly intervalMs: number;
}

/** Interval in which other processes try to take over from a dead one, besides the life of its lease. */
const CHECK_MS = 5_000;

/** Finds objects by listing a prefix, in one process at a time, since each would find the same. */
export class WatchWorker {
  readonly #storage: Pick<ObjectStorage, 'subscribe'>;
  readonly #events: Pick<ObjectEvents, 'handle'>;
  readonly #leases: LeaseKeeper;
  readonly #options: WatchOptions;
  readonly #name: string;
  readonly #loop: WorkerLoop;
  #subscription: ObjectWatch | undefined;
  #failures = 0;
  #firstFailure: unknown;

  constructor(
    storage: Pick<ObjectStorage, 'subscribe'>,
    events: Pick<ObjectEvents, 'handle'>,
    leases: LeaseKeeper,
    options: WatchOptions,
    logger: Logger,
  ) {
    this.#storage = storage;
    this.#events = events;
    this.#leases = leases;
    this.#options = options;
    this.#name = `search-watch:${options.bucket}/${options.prefix}`;
    this.#loop = new WorkerLoop(`search watch of ${options.bucket}/${options.prefix}`, () => this.#round(), logger);
  }

  get status(): WorkerStatus {
    return this.#loop.status;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#end();
  }

  /** The lease's keeper renews it; this checks whether that succeeds. */
  async #round(): Promise<number> {
    const [ours = false] = await this.#leases.acquire([this.#name]);
    if (ours) this.#subscription ??= this.#subscribe();
    else await this.#end();
    const failures = this.#failures;
    this.#failures = 0;
    if (failures === 0) return CHECK_MS;
    const cause = this.#firstFailure;
    const first = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${failures} objects or listings failed, and are tried again; the first: ${first}`, { cause });
  }

  #subscribe(): ObjectWatch {
    const onError = (error: unknown): void => {
      if (this.#failures++ === 0) this.#firstFailure = error;
    };
    return this.#storage.subscribe({ ...this.#options, name: this.#name, onError }, async ({ bucket, key }) => {
      await this.#events.handle(bucket, key);
    });
  }

  async #end(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.stop();
  }
}

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import { SHORT_ROUND_MAX_MS, WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

/** How long a lease lasts without being renewed. */
const TTL_MS = 10_000;
const RENEW_MS = 3_000;
/** A wait that only `wake` ends. */
const IDLE_MS = 2 ** 31 - 1;

/** Another process has the lease by now: going on would do the work twice. */
export class LeaseLost extends Error {}

/** The leases of this process: taken, renewed as long as they are held, and handed back (docs/adr/0011-leases.md). */
export class LeaseKeeper {
  readonly owner = randomUUID();
  readonly #store: VastStore;
  readonly #logger: Logger;
  readonly #renewal: WorkerLoop;
  /** The time until which each lease is surely ours, on the clock of `performance.now()`. */
  readonly #heldUntil = new Map<string, number>();

  constructor(store: VastStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    this.#renewal = new WorkerLoop('lease renewal', () => this.#renew(), logger, SHORT_ROUND_MAX_MS);
  }

  get status(): WorkerStatus {
    return this.#renewal.status;
  }

  start(): void {
    this.#renewal.start();
  }

  /** Takes those of the leases that can be had. Returns whether each is held now, in their order. */
  async acquire(names: readonly string[]): Promise<boolean[]> {
    const missing = names.filter((name) => !this.holds(name));
    if (missing.length > 0) {
      const began = performance.now();
      // Work that makes room needs them too.
      const taken = await withReserve(() =>
        this.#store.transaction((tx) => {
          const nowMs = Date.now();
          return tx.leases.acquire(missing, this.owner, nowMs, nowMs + TTL_MS);
        }),
      );
      for (const name of taken) this.#heldUntil.set(name, began + TTL_MS);
      this.#renewal.wake();
    }
    return names.map((name) => this.holds(name));
  }

  holds(name: string): boolean {
    return (this.#heldUntil.get(name) ?? 0) > performance.now();
  }

  get heldCount(): number {
    let count = 0;
    for (const name of this.#heldUntil.keys()) if (this.holds(name)) count += 1;
    return count;
  }

  /**
   * Makes the transaction one that commits only if the leases are still held. Returns those that are; the transaction
   * must change nothing on behalf of the others.
   */
  fence(tx: StoreTransaction, names: readonly string[]): Promise<Set<string>> {
    return tx.leases.renew(names, this.owner, Date.now() + TTL_MS);
  }

  /** As `fence`, for a single required lease. Throws LeaseLost. */
  async mustHold(tx: StoreTransaction, name: string): Promise<void> {
    if (!(await this.fence(tx, [name])).has(name)) throw new LeaseLost(`the lease ${name} is another process's`);
  }

  /** Hands leases back, for others to take at once. */
  async release(names: readonly string[]): Promise<void> {
    const held = names.filter((name) => this.#heldUntil.delete(name));
    if (held.length === 0) return;
    await withReserve(() => this.#store.transaction((tx) => tx.leases.release(held, this.owner)));
  }

  /**
   * Runs work that one process at a time may do, and hands the lease back. Returns false, without running it, if another holds the
   * lease, and where another took it over while the work ran (`mustHold`): then it goes on there.
   */
  async during(name: string, work: () => Promise<void>): Promise<boolean> {
    try {
      return await this.keeping(name, work);
    } finally {
      await this.release([name]);
    }
  }

  /** As `during`, and keeps the lease: each taking and handing back is a commit. */
  async keeping(name: string, work: () => Promise<void>): Promise<boolean> {
    const [ours = false] = await this.acquire([name]);
    if (!ours) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#heldUntil.delete(name);
      this.#logger.warn({ lease: name }, 'another process took this lease over, and goes on with its work');
      return false;
    }
  }

  /** Call it when nothing works under a lease any more. */
  async stop(): Promise<void> {
    await this.#renewal.stop();
    try {
      await this.release([...this.#heldUntil.keys()]);
    } catch (error) {
      // They expire by themselves, and a server whose tables are down has to stop all the same.
      this.#logger.warn({ err: error }, 'leases could not be released');
    }
  }

  async #renew(): Promise<number> {
    const names = [...this.#heldUntil.keys()];
    if (names.length === 0) return IDLE_MS;
    const began = performance.now();
    // Those that were just taken last for a while: only the one that has waited the longest is due.
    const dueInMs = Math.min(...this.#heldUntil.values()) - TTL_MS + RENEW_MS - began;
    if (dueInMs > 0) return dueInMs;
    const kept = await this.#store.transaction((tx) => this.fence(tx, names));
    for (const name of names) {
      if (!this.#heldUntil.has(name)) continue;
      if (kept.has(name)) this.#heldUntil.set(name, began + TTL_MS);
      else this.#heldUntil.delete(name);
    }
    return RENEW_MS;
  }
}

const PREFIX = 'server:';

/** Shows operators' commands that this server uses the tables of a cluster, as a lock on its file does with embedded ones. */
export async function holdServerLease(leases: LeaseKeeper): Promise<void> {
  await leases.acquire([`${PREFIX}${hostname()}:${process.pid}:${leases.owner}`]);
}

/** The server whose lease of its own this is; undefined for other leases. */
export function serverOfLease(name: string): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const [host, pid] = name.slice(PREFIX.length).split(':');
  return `the server on ${host} (process ${pid})`;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registration } from '../webhook.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { LeaseKeeper } from '../../leases/lease-keeper.ts';
import { SHORT_ROUND_MAX_MS, WorkerLoop, type WorkerStatus } from '../../../operation/worker-loop.ts';
import { LogPages } from './log-pages.ts';
import { Receiver, type ReceiverContext } from './receiver.ts';
import { DeliveryTurns } from './delivery-turns.ts';
import type { VastStore } from '../../vast-store.ts';

/** Interval of looking for other processes' events and registrations, and of sharing the registrations out. */
const ROUND_MS = 1_000;
/** How long progress is gathered before it is stored: a crash repeats that much. */
const KEEP_MS = 100;
/** The same if losing it repeats nothing. */
const KEEP_LATE_MS = 1_000;
/** A wait that only `wake` ends. */
const IDLE_MS = 2 ** 31 - 1;

const PRESENCE = 'delivery:';
const leaseOf = (identity: string): string => `webhook:${identity}`;

interface WebhookDeliveryOptions {
  readonly retryMaxMs: number;
  /** Payloads of events that are kept for slower receivers. */
  readonly keptBytes: number;
  readonly makeSender: () => WebhookSender;
  readonly body: ReceiverContext['body'];
}

/** Delivers to the registrations that this process has a lease of: its share of all. */
export class WebhookDelivery {
  readonly #store: VastStore;
  readonly #leases: LeaseKeeper;
  readonly #options: WebhookDeliveryOptions;
  readonly #logger: Logger;
  readonly #rounds: WorkerLoop;
  readonly #keeping: WorkerLoop;
  readonly #pages: LogPages;
  readonly #turns = new DeliveryTurns();
  readonly #receivers = new Map<string, Receiver>();
  readonly #toKeep = new Set<Receiver>();
  readonly #toKeepLate = new Set<Receiver>();
  #keptLateAt = 0;
  /** The last shared registrations. */
  #version: number | undefined;
  #identities: readonly string[] = [];
  #shareAt = 0;
  #delivered = 0;
  #failed = 0;

  constructor(store: VastStore, leases: LeaseKeeper, options: WebhookDeliveryOptions, logger: Logger) {
    this.#store = store;
    this.#leases = leases;
    this.#options = options;
    this.#logger = logger;
    this.#pages = new LogPages(store.eventLog, options.keptBytes);
    this.#rounds = new WorkerLoop('webhook delivery', () => this.#round(), logger);
    this.#keeping = new WorkerLoop('webhook progress', (signal) => this.#keepSoon(signal), logger, SHORT_ROUND_MAX_MS);
  }

  get statuses(): WorkerStatus[] {
    return [this.#rounds.status, this.#keeping.status];
  }

  start(): void {
    this.#rounds.start();
    this.#keeping.start();
  }

  /** Whether anybody may miss events that have no place yet: a receiver of this process that is idle, or of another one. */
  get awaitsEvents(): boolean {
    if (this.#receivers.size < this.#identities.length || this.#version === undefined) return true;
    return this.#receivers.values().some((receiver) => receiver.isIdle);
  }

  /** Call it when there are new events or changed registrations. */
  wake(): void {
    this.#rounds.wake();
  }

  /** Bytes of payloads that are kept. */
  get keptBytes(): number {
    return this.#pages.bytes;
  }

  /** Attempts of this process since its start. */
  attempts(): { delivered: number; failed: number } {
    return { delivered: this.#delivered, failed: this.#failed };
  }

  /** Running deliveries may end; afterwards the leases can be released. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await this.#end([...this.#receivers.values()], { atOnce: false });
    await this.#keeping.stop();
    try {
      await this.#keep(true);
    } catch (error) {
      // Another process repeats these deliveries, and a server whose tables are down has to stop all the same.
      this.#logger.warn({ err: error }, 'the progress of webhooks could not be kept');
    }
  }

  async #round(): Promise<number> {
    const { registrationsVersion, start, end } = await this.#store.eventLog.state();
    this.#pages.advance(start, end);
    if (registrationsVersion !== this.#version) {
      const registrations = await this.#store.webhooks.registrations();
      this.#identities = registrations.map(({ identity }) => identity);
      await this.#shareOut();
      for (const registration of registrations) this.#receivers.get(registration.identity)?.update(registration);
      this.#version = registrationsVersion;
    } else if (this.#identities.length > 0 && performance.now() >= this.#shareAt) {
      await this.#shareOut();
    }
    for (const receiver of this.#receivers.values()) receiver.wake();
    return ROUND_MS;
  }

  async #shareOut(): Promise<void> {
    this.#shareAt = performance.now() + ROUND_MS;
    const present = new Set(this.#identities);
    const gone = [...this.#receivers.keys()].filter((id) => !present.has(id) || !this.#leases.holds(leaseOf(id)));
    await this.#drop(gone, { atOnce: true });
    if (present.size === 0) return this.#leases.release([PRESENCE + this.#leases.owner]);
    const room = (await this.#shareOf(present.size)) - this.#receivers.size;
    if (room < 0) await this.#drop([...this.#receivers.keys()].slice(room), { atOnce: false });
    else await this.#take(this.#identities, room);
  }

  /** How many of so many registrations this process should deliver to. */
  async #shareOf(count: number): Promise<number> {
    await this.#leases.acquire([PRESENCE + this.#leases.owner]);
    const alive = await this.#store.leases.held(PRESENCE, Date.now());
    return Math.ceil(count / Math.max(1, alive.size));
  }

  async #take(identities: readonly string[], room: number): Promise<void> {
    const missing = identities.filter((identity) => !this.#receivers.has(identity));
    if (missing.length === 0 || room === 0) return;
    const taken = await this.#store.leases.held(leaseOf(''), Date.now());
    const free = missing.filter((identity) => !taken.has(leaseOf(identity))).slice(0, room);
    if (free.length === 0) return;
    const held = await this.#leases.acquire(free.map(leaseOf));
    const ours = new Set(free.filter((_, index) => held[index] === true));
    // Read under the lease: whoever delivered before may have gone on until a moment ago.
    for (const registration of await this.#store.webhooks.registrations()) {
      if (ours.delete(registration.identity))
        this.#receivers.set(registration.identity, this.#receiverOf(registration));
    }
    // Disabled or removed in between. Were the lease kept, nobody could deliver once it is started again.
    await this.#leases.release([...ours].map(leaseOf));
  }

  #receiverOf(registration: Registration): Receiver {
    const { retryMaxMs, makeSender, body } = this.#options;
    const lease = leaseOf(registration.identity);
    const receiver = new Receiver(registration, {
      pages: this.#pages,
      turns: this.#turns,
      sender: makeSender(),
      retryMaxMs,
      logger: this.#logger,
      isOurs: () => this.#leases.holds(lease),
      body,
      onResult: (delivered) => {
        if (delivered) this.#delivered += 1;
        else this.#failed += 1;
      },
      onProgress: (soon) => {
        (soon ? this.#toKeep : this.#toKeepLate).add(receiver);
        this.#keeping.wake();
      },
    });
    return receiver;
  }

  async #drop(identities: readonly string[], options: { atOnce: boolean }): Promise<void> {
    if (identities.length === 0) return;
    const dropped = identities.map((identity) => this.#receivers.get(identity)).filter((each) => each !== undefined);
    await this.#end(dropped, options);
    // Also after a failure: a stopped receiver does not work again, and must be replaced by a new one.
    for (const identity of identities) this.#receivers.delete(identity);
    try {
      await this.#keep(true);
    } finally {
      await this.#leases.release(identities.map(leaseOf));
    }
  }

  async #end(receivers: readonly Receiver[], options: { atOnce: boolean }): Promise<void> {
    const ended = Promise.all(receivers.map((receiver) => receiver.stop(options)));
    // Those that wait for their turn end then.
    this.#turns.hurry();
    await ended;
  }

  async #keepSoon(signal: AbortSignal): Promise<number> {
    if (this.#toKeep.size > 0) await pause(KEEP_MS, undefined, { signal }).catch(() => undefined);
    else if (this.#toKeepLate.size > 0 && performance.now() < this.#keptLateAt + KEEP_LATE_MS) return KEEP_LATE_MS;
    await this.#keep(performance.now() >= this.#keptLateAt + KEEP_LATE_MS);
    return this.#toKeepLate.size > 0 ? KEEP_LATE_MS : IDLE_MS;
  }

  /** Whether this process has another receiver for the registration by now, whose progress is the one that counts. */
  #isReplaced(receiver: Receiver): boolean {
    return (this.#receivers.get(receiver.identity) ?? receiver) !== receiver;
  }

  /** Writes the progress of the receivers that have any, unless they are another process's by now. */
  async #keep(lateToo: boolean): Promise<void> {
    const late = lateToo ? [...this.#toKeepLate] : [];
    const receivers = [...new Set([...this.#toKeep, ...late])].filter((receiver) => !this.#isReplaced(receiver));
    this.#toKeep.clear();
    if (late.length > 0) {
      this.#toKeepLate.clear();
      this.#keptLateAt = performance.now();
    }
    if (receivers.length === 0) return;
    try {
      const progress = receivers.map((receiver) => receiver.progress());
      await this.#store.transaction(async (tx) => {
        const held = await this.#leases.fence(
          tx,
          progress.map(({ identity }) => leaseOf(identity)),
        );
        await tx.webhooks.saveProgress(progress.filter(({ identity }) => held.has(leaseOf(identity))));
      });
    } catch (error) {
      for (const receiver of receivers) this.#toKeep.add(receiver);
      throw error;
    }
  }
}

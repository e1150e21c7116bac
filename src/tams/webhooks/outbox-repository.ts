import { type NewEvent, subjectOf } from './event.ts';
import { type Subscription, WEBHOOK_EVENTS } from './webhook.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import { and, gte, isNull } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { toJson } from '../../shared/json-text.ts';
import { readCounters } from '../counter-repository.ts';
import { EVENTS } from './webhook-tables.ts';
import { WebhookReader } from './webhook-reader.ts';

/** The registrations of one `registrations_version`: every transaction of a process shares them. */
export interface KnownRegistrations {
  /** Undefined until read: registrations may be older than their version. */
  version: number | undefined;
  webhooks: readonly Subscription[];
}

export const noRegistrationsKnown = (): KnownRegistrations => ({ version: undefined, webhooks: [] });

const COLUMNS = ['id', 'order_ns', 'subject', 'type', 'time', 'created_ms', 'scope', 'payload'] as const;

/** The subscription of the reader beside the webhooks. */
const EVERYTHING: Subscription = { webhook: { url: '', events: [...WEBHOOK_EVENTS] }, classes: undefined };

let latestNs = 0n;

/** Takes the events of a transaction's changes: they exist if, and only if, it commits. */
export class OutboxRepository {
  readonly #tx: ManagedTransaction;
  readonly #known: KnownRegistrations;
  #registrations: Promise<readonly Subscription[]> | undefined;
  #used = false;

  constructor(tx: ManagedTransaction, known: KnownRegistrations) {
    this.#tx = tx;
    this.#known = known;
  }

  /** Whether it has events. */
  get used(): boolean {
    return this.#used;
  }

  /** All registrations as of this transaction. Costs one point read, once per transaction. */
  registrations(): Promise<readonly Subscription[]> {
    this.#registrations ??= this.#load();
    return this.#registrations;
  }

  async add(event: NewEvent): Promise<void> {
    this.#used = true;
    const orderNs = takeOrder(await this.#behindUnplaced(nextOrder()));
    const now = BigInt(Date.now());
    await this.#tx.insertArrays(EVENTS, COLUMNS, [
      [uuidV7(), orderNs, subjectOf(event.scope), event.type, event.time, now, toJson(event.scope), event.payload],
    ]);
  }

  async #load(): Promise<readonly Subscription[]> {
    const [version = 0, reader = 0] = await readCounters(this.#tx, ['registrations_version', 'event_reader_next']);
    if (version !== this.#known.version) {
      const registrations = await new WebhookReader(this.#tx).registrations();
      const webhooks = registrations.map(({ webhook, classes }) => ({ webhook, classes }));
      this.#known.webhooks = reader === 0 ? webhooks : [...webhooks, EVERYTHING];
      this.#known.version = version;
    }
    return this.#known.webhooks;
  }

  /** This order, or one behind all events that have no place yet: only clocks that differ leave any to be read here. */
  async #behindUnplaced(order: bigint): Promise<bigint> {
    const { rows } = await this.#tx.select({
      table: EVENTS,
      columns: ['order_ns'],
      where: and([isNull('position'), gte('order_ns', order)]),
      orderBy: [{ column: 'order_ns', direction: 'desc' }],
      limit: 1,
      timeline: { column: 'order_ns' },
    });
    return rows[0] === undefined ? order : rows[0][0] + 1n;
  }
}

/** The time in ns, or later: this process never gives one order twice. */
function nextOrder(): bigint {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  return nowNs > latestNs ? nowNs : latestNs + 1n;
}

/** The order, or a later one if it was given meanwhile. */
function takeOrder(order: bigint): bigint {
  latestNs = order > latestNs ? order : latestNs + 1n;
  return latestNs;
}

import { Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import { type Worker, WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';
import { backoffMs } from '../../shared/backoff.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import type { Store } from '../../tams/store.ts';
import { type LoggedEvent, subjectOf } from '../../tams/webhooks/event.ts';
import type { EventFeed } from '../../tams/webhooks/open-webhooks.ts';
import type { DeadLetters } from './dead-letters.ts';
import { clientOptions, isTooLarge, reasonOf } from './kafka-client.ts';
import type { BrokerConfig } from './kafka-settings.ts';

const LEASE = 'kafka-events';
/** Events of one message batch: brokers limit its bytes, by default to 1 MiB. */
const BATCH = 200;
const BATCH_CHARS = 256 * 1024;
/** Interval of looking for events that other processes placed. */
const ROUND_MS = 1_000;
const BACKOFF = { baseMs: 500, maxMs: 10_000, jitter: 0.5 };

interface PublisherOptions {
  readonly broker: BrokerConfig;
  readonly topic: string;
  readonly store: Store;
  readonly leases: LeaseKeeper;
  readonly events: EventFeed;
  readonly deadLetters: DeadLetters;
}

/**
 * Publishes the log of events to a topic: at least once, and in order for each flow or source. One replica at a time
 * does so. A broker that is away does not fail the worker, whose failures would end the service. The log that it lets
 * go makes room, so a full disk does not stop it.
 */
export class EventPublisher implements Worker {
  readonly #options: PublisherOptions;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;
  #producer: Producer | undefined;
  #failures = 0;
  #failure: string | undefined;
  #published = 0;

  constructor(options: PublisherOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#loop = new WorkerLoop('kafka events', (signal) => withReserve(() => this.#round(signal)), logger);
  }

  get status(): WorkerStatus {
    return { ...this.#loop.status, lastFailure: this.#failure ?? this.#loop.status.lastFailure };
  }

  /** Whether the last batch of this process was taken. */
  get isUp(): boolean {
    return this.#failure === undefined;
  }

  /** Events of this process since its start. */
  get published(): number {
    return this.#published;
  }

  /** Events that no replica has published yet. */
  async unpublished(): Promise<number> {
    const { end, reader = end } = await this.#options.store.eventLog.state();
    return end - reader;
  }

  start(): void {
    this.#options.events.onEvents(() => {
      // A failure's pause is kept.
      if (this.#failures === 0) this.#loop.wake();
    });
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#closeProducer();
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { leases, store } = this.#options;
    const { end: last, reader: read } = await store.eventLog.state();
    if (read === undefined) {
      await store.transaction(({ eventLog }) => eventLog.addReader());
      this.#logger.warn(
        'another server runs without KAFKA_EVENTS_TOPIC and ended the subscription: changes since then are not published',
      );
    }
    if (read === undefined || read >= last) {
      await leases.release([LEASE]);
      return ROUND_MS;
    }
    const [ours = false] = await leases.acquire([LEASE]);
    if (!ours) {
      // The other replica has the failure now.
      this.#failures = 0;
      this.#failure = undefined;
      return ROUND_MS;
    }
    while (!signal.aborted && leases.holds(LEASE)) {
      const { end, reader = end } = await this.#options.store.eventLog.state();
      if (reader >= end) break;
      const { events, upTo } = this.#batchOf(
        await this.#options.store.eventLog.read(reader, Math.min(end, reader + BATCH)),
        Math.min(end, reader + BATCH),
      );
      try {
        await this.#publish(events);
      } catch (error) {
        await this.#closeProducer();
        // Another replica may reach the broker.
        await leases.release([LEASE]);
        return this.#failed(error);
      }
      this.#succeeded();
      await this.#options.store.transaction(async (tx) => {
        await leases.mustHold(tx, LEASE);
        await tx.eventLog.advanceReader(upTo);
      });
    }
    return ROUND_MS;
  }

  /** The first events that fit into one batch, and up to where they are all. */
  #batchOf(logged: readonly LoggedEvent[], upTo: number): { events: readonly LoggedEvent[]; upTo: number } {
    let room = BATCH_CHARS;
    const rest = logged.findIndex(({ payload }, index) => (room -= payload.length) < 0 && index > 0);
    const next = logged[rest];
    return next === undefined ? { events: logged, upTo } : { events: logged.slice(0, rest), upTo: next.position - 1 };
  }

  async #publish(events: readonly LoggedEvent[]): Promise<void> {
    try {
      await this.#send(events);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const [only] = events;
      if (events.length === 1 && only !== undefined) return this.#bury(only, error);
      // In order: those before the large one may come twice, and none comes too early.
      for (const event of events) await this.#publish([event]);
    }
  }

  async #send(events: readonly LoggedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { broker, topic, events: feed } = this.#options;
    this.#producer ??= new Producer(clientOptions(broker));
    const messages = events.map((event) => ({
      topic,
      key: Buffer.from(subjectOf(event.scope)),
      value: Buffer.from(feed.body(event)),
    }));
    await this.#producer.send({ messages, acks: -1 });
    this.#published += events.length;
  }

  /** Without its content, which nobody takes: a reader learns what to look at. */
  async #bury({ id, type, time, scope }: LoggedEvent, error: unknown): Promise<void> {
    const { flowId: flow_id, sourceId: source_id } = scope;
    const event = { event_id: id, event_timestamp: time, event_type: type, event: { flow_id, source_id } };
    await this.#options.deadLetters.put({
      key: Buffer.from(subjectOf(scope)),
      value: Buffer.from(JSON.stringify(event)),
      reason: reasonOf(error),
      from: { topic: this.#options.topic },
    });
  }

  #failed(error: unknown): number {
    this.#failures += 1;
    const reason = reasonOf(error);
    if (this.#failure !== reason) this.#logger.warn({ reason }, 'events cannot be published; it is tried again');
    this.#failure = reason;
    return backoffMs(this.#failures, BACKOFF);
  }

  #succeeded(): void {
    if (this.#failure !== undefined) this.#logger.info('events are published again');
    this.#failures = 0;
    this.#failure = undefined;
  }

  async #closeProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    // Its connections may be broken already.
    await producer?.close(true).catch(() => undefined);
  }
}

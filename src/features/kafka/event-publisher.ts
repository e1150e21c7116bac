import { type MessageToProduce, Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import { type Worker, WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';
import { backoffMs } from '../../shared/retry.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import { type LoggedEvent, subjectOf } from '../../tams/webhooks/event.ts';
import type { EventFeed } from '../../tams/webhooks/open-webhooks.ts';
import type { DeadLetters } from './dead-letters.ts';
import { clientOptions, closeClient, isTooLarge, reasonOf, whileRunning } from './kafka-client.ts';
import type { BrokerConfig } from './kafka-settings.ts';
import type { VastStore } from '../../tams/vast-store.ts';

const LEASE = 'kafka-events';
/** Events that are in memory at a time, and their bytes. */
const BATCH = 200;
/** Brokers limit the bytes of a batch, by default to 1 MiB. */
const BATCH_BYTES = 512 * 1024;
/** Interval of looking for events that other processes placed. */
const ROUND_MS = 1_000;
const BACKOFF = { baseMs: 500, maxMs: 10_000, jitter: 0.5 };

interface EventMessage extends MessageToProduce {
  readonly event: LoggedEvent;
  readonly value: Buffer;
}

interface PublisherOptions {
  readonly broker: BrokerConfig;
  readonly topic: string;
  readonly store: VastStore;
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
    let waitMs = ROUND_MS;
    const ours = await leases.keeping(LEASE, async () => {
      waitMs = await this.#publishNew(signal);
    });
    if (!ours) {
      // The other replica has the failure now.
      this.#failures = 0;
      this.#failure = undefined;
    }
    return waitMs;
  }

  /** Returns after how many milliseconds to look again. */
  async #publishNew(signal: AbortSignal): Promise<number> {
    const { leases, store } = this.#options;
    while (!signal.aborted && leases.holds(LEASE)) {
      const { end, reader = end } = await store.eventLog.state();
      if (reader >= end) break;
      const next = Math.min(end, reader + BATCH);
      const { events, upTo } = await store.eventLog.readSome(reader, next, BATCH_BYTES);
      try {
        for (const batch of batchesOf(events.map((event) => this.#messageOf(event))))
          await this.#publish(batch, signal);
      } catch (error) {
        await this.#closeProducer();
        // Another replica may reach the broker.
        await leases.release([LEASE]);
        return this.#failed(error);
      }
      this.#succeeded();
      await store.transaction(async (tx) => {
        await leases.mustHold(tx, LEASE);
        await tx.eventLog.advanceReader(upTo);
      });
    }
    return ROUND_MS;
  }

  #messageOf(event: LoggedEvent): EventMessage {
    const { topic, events } = this.#options;
    return { event, topic, key: Buffer.from(subjectOf(event.scope)), value: Buffer.from(events.body(event)) };
  }

  async #publish(batch: readonly EventMessage[], signal: AbortSignal): Promise<void> {
    try {
      await this.#send(batch, signal);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) return this.#bury(only.event, error, signal);
      // In order: those before the large one may come twice, and none comes too early.
      for (const message of batch) await this.#publish([message], signal);
    }
  }

  async #send(batch: readonly EventMessage[], signal: AbortSignal): Promise<void> {
    this.#producer ??= new Producer(clientOptions(this.#options.broker));
    const messages = batch.map(({ topic, key, value }) => ({ topic, key, value }));
    await whileRunning(this.#producer.send({ messages, acks: -1 }), signal);
    this.#published += batch.length;
  }

  /** Without its content, which nobody takes: a reader learns what to look at. */
  async #bury({ id, type, time, scope }: LoggedEvent, error: unknown, signal: AbortSignal): Promise<void> {
    const { flowId: flow_id, sourceId: source_id } = scope;
    const event = { event_id: id, event_timestamp: time, event_type: type, event: { flow_id, source_id } };
    const letter = this.#options.deadLetters.put({
      key: Buffer.from(subjectOf(scope)),
      value: Buffer.from(JSON.stringify(event)),
      reason: reasonOf(error),
      from: { topic: this.#options.topic },
    });
    await whileRunning(letter, signal);
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
    await closeClient(producer);
  }
}

/** The messages in their order, as many at a time as a broker takes. One that is larger is alone. */
function* batchesOf(messages: readonly EventMessage[]): Generator<EventMessage[]> {
  let batch: EventMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length > 0 && bytes + message.value.length > BATCH_BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(message);
    bytes += message.value.length;
  }
  if (batch.length > 0) yield batch;
}

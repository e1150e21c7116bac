import { setTimeout as pause } from 'node:timers/promises';
import { Consumer, type Message, type MessagesStream } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { changedObjects, type ObjectPlace, S3Notification } from '../../formats/s3-notification.ts';
import { compileBody } from '../../http/validation/body-validator.ts';
import { isRefusedKey } from '../../media/s3-errors.ts';
import { type Worker, WorkerLoop, type WorkerStatus } from '../../operation/worker-loop.ts';
import { backoffMs } from '../../shared/retry.ts';
import { AppError } from '../../shared/errors.ts';
import type { ObjectTaker } from '../feature.ts';
import type { DeadLetters } from './dead-letters.ts';
import { clientOptions, closeClient, reasonOf, whileRunning } from './kafka-client.ts';
import type { BrokerConfig } from './kafka-settings.ts';

/** Messages whose objects are looked at together. */
const BATCH = 100;
/** Most bytes of one answer of the broker. */
const FETCH_BYTES = 4 * 2 ** 20;
const BACKOFF = { baseMs: 500, maxMs: 10_000, jitter: 0.5 };
/** A message that fails by itself, with tables and stores in reach, or whose key a store refuses, is poison after so many attempts. */
const ATTEMPTS = 5;
/** A replica that was killed keeps its partitions for this long. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_500;
const FETCH_WAIT_MS = 1_000;
/** Shorter than a request may take: the others of the group must be able to wait for it. */
const REBALANCE_MS = 8_000;

interface ConsumerOptions {
  readonly broker: BrokerConfig;
  readonly topic: string;
  readonly group: string;
  /** Asked for each batch: features that are opened later count, too. */
  readonly takers: () => readonly ObjectTaker[];
  readonly deadLetters: DeadLetters;
  /** Whether every store answers, and takes this server's keys. */
  readonly storesAreWell: () => Promise<boolean>;
}

const isNotification = compileBody(S3Notification);

/**
 * Gives the objects of a topic's bucket notifications to the features that take them. Offsets are committed after the
 * work. A broker that is away does not fail the worker, whose failures would end the service: the status and the metrics say so.
 */
export class NotificationConsumer implements Worker {
  readonly #options: ConsumerOptions;
  readonly #logger: Logger;
  readonly #loop: WorkerLoop;
  #failures = 0;
  #failure: string | undefined;
  #consumer: Consumer | undefined;
  #isUp = false;
  #consumed = 0;

  constructor(options: ConsumerOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#loop = new WorkerLoop('kafka notifications', (signal) => this.#round(signal), logger);
  }

  get status(): WorkerStatus {
    return { ...this.#loop.status, lastFailure: this.#failure ?? this.#loop.status.lastFailure };
  }

  /** Whether it is in its group. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Messages of this process since its start, dead letters included. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Messages of this process's partitions that are yet to be read; undefined while that is not known. */
  async lag(): Promise<number | undefined> {
    const consumer = this.#consumer;
    if (consumer === undefined || !this.#isUp) return undefined;
    const { topic } = this.#options;
    const lag = await consumer.getLag({ topics: [topic] });
    // Partitions of others are -1.
    return (lag.get(topic) ?? []).reduce((sum, each) => sum + Math.max(0, Number(each)), 0);
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** One membership of the group: until it is stopped, or something fails. */
  async #round(signal: AbortSignal): Promise<number> {
    const { broker, group } = this.#options;
    // The client joins the group anew by itself, so these are its options and not the stream's alone.
    const consumer = new Consumer({
      ...clientOptions(broker),
      groupId: group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
    });
    this.#consumer = consumer;
    // It has lost its group then: commits would never be answered.
    const lost = new Promise<never>((_, reject) => consumer.on('error', reject));
    try {
      await Promise.race([this.#consume(consumer, signal), lost]);
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      this.#failures += 1;
      const reason = reasonOf(error);
      if (this.#failure !== reason) this.#logger.warn({ reason }, 'notifications cannot be read; it is tried again');
      this.#failure = reason;
      return backoffMs(this.#failures, BACKOFF);
    } finally {
      this.#isUp = false;
      this.#consumer = undefined;
      // The group notices by the end of the session where this fails.
      await closeClient(consumer);
    }
  }

  async #consume(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const { topic } = this.#options;
    const joining = consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
      maxWaitTime: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES,
      highWaterMark: BATCH,
    });
    const stream = await whileRunning(joining, signal);
    if (this.#failure !== undefined) this.#logger.info({ topic }, 'notifications are read again');
    this.#isUp = true;
    this.#failure = undefined;
    for await (const batch of messageBatches(stream, BATCH, signal)) {
      if (!(await this.#process(batch, signal))) return;
      this.#failure = undefined;
      const commits = latestOfPartitions(batch).map(async (message) => message.commit());
      await whileRunning(Promise.all(commits), signal);
      this.#failures = 0;
      this.#consumed += batch.length;
    }
  }

  /** Returns false where it was stopped before all was done. */
  async #process(batch: readonly Message[], signal: AbortSignal): Promise<boolean> {
    const readable: { readonly message: Message; readonly places: readonly ObjectPlace[] }[] = [];
    for (const message of batch) {
      const read = placesOf(message.value);
      if (typeof read === 'string') await this.#bury(message, read, signal);
      else if (read.length > 0) readable.push({ message, places: read });
    }
    try {
      await this.#give(readable.flatMap(({ places }) => places));
      return true;
    } catch (error) {
      this.#logger.warn(
        { err: error },
        'some objects of notifications could not be looked at; each is tried by itself',
      );
    }
    for (const { message, places } of readable) {
      if (!(await this.#insist(message, places, signal))) return false;
    }
    return true;
  }

  async #insist(message: Message, places: readonly ObjectPlace[], signal: AbortSignal): Promise<boolean> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#give(places);
        this.#failure = undefined;
        return true;
      } catch (failure) {
        const reason = failure instanceof Error ? failure.message : String(failure);
        if (attempt >= ATTEMPTS && !(await this.#isTemporary(failure))) {
          await this.#bury(message, reason, signal);
          this.#failure = undefined;
          return true;
        }
        this.#failure = `partition ${message.partition}, offset ${message.offset}: ${reason}`;
        await pause(backoffMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }

  /** A store that refuses everything has other keys now: what it says of one object is no news of that. */
  async #isTemporary(failure: unknown): Promise<boolean> {
    if (!(failure instanceof AppError) || failure.status < 500) return false;
    return !isRefusedKey(failure) || !(await this.#options.storesAreWell());
  }

  async #give(places: readonly ObjectPlace[]): Promise<void> {
    if (places.length > 0) await Promise.all(this.#options.takers().map((take) => take(places)));
  }

  async #bury(message: Message, reason: string, signal: AbortSignal): Promise<void> {
    const { key, value, topic, partition, offset } = message;
    const letter = this.#options.deadLetters.put({ key, value, reason, from: { topic, partition, offset } });
    await whileRunning(letter, signal);
  }
}

/** The objects that a message is about, or why it cannot be read. */
function placesOf(value: Buffer | undefined): readonly ObjectPlace[] | string {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (error) {
    return `the message is no JSON in UTF-8: ${error instanceof Error ? error.message : String(error)}`;
  }
  const validated = isNotification(body);
  if ('error' in validated) return validated.error.message;
  try {
    return changedObjects(body as Parameters<typeof changedObjects>[0]);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** The last message of each partition: its offset stands for those before. */
const latestOfPartitions = (batch: readonly Message[]): Message[] => [
  ...new Map(batch.map((message) => [message.partition, message])).values(),
];

type RawStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/** The messages of a stream as they come, several at once where there are. Ends when aborted; throws what the stream fails with. */
async function* messageBatches(stream: RawStream, most: number, signal: AbortSignal): AsyncGenerator<Message[]> {
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  const onChange = (): void => {
    wake?.();
  };
  // Listeners for all of its life: an error between two reads must not end the process.
  stream.on('readable', onChange);
  stream.on('close', onChange);
  stream.on('error', (error) => {
    failure = error;
    onChange();
  });
  signal.addEventListener('abort', onChange);
  try {
    while (!signal.aborted) {
      const batch: Message[] = [];
      for (let next = read(stream); next !== null; next = batch.length < most ? read(stream) : null) batch.push(next);
      if (batch.length > 0) yield batch;
      else if (stream.destroyed || stream.readableEnded) throw failure ?? new Error('the stream of messages ended');
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted || stream.destroyed || stream.readableLength > 0) resolve();
        });
      if (failure !== undefined) throw failure;
    }
  } finally {
    signal.removeEventListener('abort', onChange);
  }
}

const read = (stream: RawStream): Message | null => stream.read() as Message | null;

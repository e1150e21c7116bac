import { type MessageToProduce, Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { clientOptions, closeClient, isTooLarge } from './kafka-client.ts';
import type { BrokerConfig } from './kafka-settings.ts';

/** A message that nobody can do anything with. */
export interface DeadLetter {
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly reason: string;
  /** Where it was, or was to go. */
  readonly from: { readonly topic: string; readonly partition?: number; readonly offset?: bigint };
}

/** Keeps poison messages, with the reason in a header, for an operator to look at. */
export class DeadLetters {
  readonly #config: BrokerConfig;
  readonly #topic: string | undefined;
  readonly #logger: Logger;
  #producer: Producer | undefined;
  #count = 0;

  /** Without a topic they are only logged. */
  constructor(config: BrokerConfig, topic: string | undefined, logger: Logger) {
    this.#config = config;
    this.#topic = topic;
    this.#logger = logger;
  }

  /** Messages of this process since its start. */
  get count(): number {
    return this.#count;
  }

  /** Rejects where the broker does not take it; then it is to be repeated. */
  async put({ key, value, reason, from }: DeadLetter): Promise<void> {
    const place = { topic: from.topic, partition: from.partition, offset: from.offset?.toString() };
    this.#logger.error({ ...place, reason }, 'a message cannot be processed');
    if (this.#topic !== undefined) {
      const headers = Object.entries({ reason, ...place }).flatMap(([name, each]) =>
        each === undefined ? [] : [[Buffer.from(name), Buffer.from(`${each}`)] as const],
      );
      const letter = { topic: this.#topic, ...(key !== undefined && { key }), headers: new Map(headers) };
      await this.#send({ ...letter, ...(value !== undefined && { value }) }).catch((error: unknown) => {
        if (!isTooLarge(error)) throw error;
        // The headers say where it is.
        return this.#send(letter);
      });
    }
    this.#count += 1;
  }

  async #send(message: MessageToProduce): Promise<void> {
    this.#producer ??= new Producer(clientOptions(this.#config));
    await this.#producer.send({ messages: [message], acks: -1 });
  }

  close(): Promise<void> {
    return closeClient(this.#producer);
  }
}

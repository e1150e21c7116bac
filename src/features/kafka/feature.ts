import { ConfigError } from '../../config/environment.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import type { Store } from '../../tams/store.ts';
import type { Feature } from '../feature.ts';
import { DeadLetters } from './dead-letters.ts';
import { EventPublisher } from './event-publisher.ts';
import { kafkaSources } from './kafka-metrics.ts';
import { type KafkaConfig, readKafka } from './kafka-settings.ts';
import { NotificationConsumer } from './notification-consumer.ts';

/** Events from and to a broker of the Kafka protocol (docs/adr/0039-kafka-events.md). */
export const kafka: Feature<KafkaConfig | undefined> = {
  settings: readKafka,
  open: async ({ store, leases, events, objectTakers, logger }, config) => {
    await keepReader(store, config?.eventsTopic !== undefined);
    if (config === undefined) return undefined;
    const { notificationsTopic, group, deadLettersTopic, eventsTopic } = config;
    if (notificationsTopic !== undefined && objectTakers().length === 0) {
      throw new ConfigError(
        'KAFKA_NOTIFICATIONS_TOPIC has no effect unless SEARCH is true; set that or unset KAFKA_NOTIFICATIONS_TOPIC.',
      );
    }
    const deadLetters = new DeadLetters(config, deadLettersTopic, logger);
    const consumer =
      notificationsTopic === undefined
        ? undefined
        : new NotificationConsumer(
            { broker: config, topic: notificationsTopic, group, takers: objectTakers, deadLetters },
            logger,
          );
    const publisher =
      eventsTopic === undefined
        ? undefined
        : new EventPublisher({ broker: config, topic: eventsTopic, store, leases, events, deadLetters }, logger);
    return {
      workers: [consumer, publisher].filter((worker) => worker !== undefined),
      metrics: kafkaSources({ consumer, publisher, deadLetters }),
      close: () => deadLetters.close(),
    };
  },
};

/** Every change writes its events while there is a reader, and the log keeps them for it: without one it would grow for ever. */
async function keepReader(store: Store, isWanted: boolean): Promise<void> {
  const { reader } = await store.eventLog.state();
  if ((reader !== undefined) === isWanted) return;
  await withReserve(() =>
    store.transaction(({ eventLog }) => (isWanted ? eventLog.addReader() : eventLog.removeReader())),
  );
}

import { ConfigError } from '../../config/environment.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { DeadLetters } from './dead-letters.ts';
import { EventPublisher } from './event-publisher.ts';
import { kafkaSources } from './kafka-metrics.ts';
import type { KafkaConfig } from './kafka-settings.ts';
import { NotificationConsumer } from './notification-consumer.ts';

/** @throws ConfigError where nothing takes what a topic tells */
export function openKafka(platform: Platform, config: KafkaConfig): OpenFeature {
  const { store, media, leases, events, objectTakers, logger } = platform;
  const { notificationsTopic, group, deadLettersTopic, eventsTopic } = config;
  if (notificationsTopic !== undefined && objectTakers().length === 0) {
    throw new ConfigError(
      'KAFKA_NOTIFICATIONS_TOPIC has no effect unless SEARCH is true; set that or unset KAFKA_NOTIFICATIONS_TOPIC.',
    );
  }
  const deadLetters = new DeadLetters(config, deadLettersTopic, logger);
  const storesAreWell = async (): Promise<boolean> => (await media.health()).every(({ error }) => error === undefined);
  const consumer =
    notificationsTopic === undefined
      ? undefined
      : new NotificationConsumer(
          { broker: config, topic: notificationsTopic, group, takers: objectTakers, deadLetters, storesAreWell },
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
}

import { ConfigError } from '../../config/environment.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { DeadLetters } from './dead-letters.ts';
import { EventPublisher } from './event-publisher.ts';
import type { KafkaConfig } from './kafka-settings.ts';
import { NotificationConsumer } from './notification-consumer.ts';
import type { MetricSource, Sample } from '../../operation/metrics/metric-source.ts';

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

interface Parts {
  readonly consumer: NotificationConsumer | undefined;
  readonly publisher: EventPublisher | undefined;
  readonly deadLetters: DeadLetters;
}

/** Topics from and to the broker. */
function kafkaSources({ consumer, publisher, deadLetters }: Parts): MetricSource[] {
  const source = (
    name: string,
    type: MetricSource['type'],
    help: string,
    read: () => readonly Sample[] | Promise<readonly Sample[]>,
  ): MetricSource => ({ name, type, help, read, ...(type === 'gauge' && { across: 'shared' }) });
  const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }]);
  return [
    source('tams_kafka_up', 'gauge', 'Whether the broker could be used last, by what for.', () => [
      ...(consumer === undefined ? [] : [{ labels: { of: 'notifications' }, value: consumer.isUp ? 1 : 0 }]),
      ...(publisher === undefined ? [] : [{ labels: { of: 'events' }, value: publisher.isUp ? 1 : 0 }]),
    ]),
    ...(consumer === undefined
      ? []
      : [
          source(
            'tams_kafka_lag',
            'gauge',
            "Notifications of this process's partitions that are yet to be read.",
            async () => one(await consumer.lag()),
          ),
          source('tams_kafka_consumed_total', 'counter', 'Notifications that were processed.', () =>
            one(consumer.consumed),
          ),
        ]),
    ...(publisher === undefined
      ? []
      : [
          source('tams_kafka_unpublished_events', 'gauge', 'Events that no replica has published yet.', async () =>
            one(await publisher.unpublished()),
          ),
          source('tams_kafka_published_total', 'counter', 'Events that the broker took from this process.', () =>
            one(publisher.published),
          ),
        ]),
    source('tams_kafka_dead_letters_total', 'counter', 'Messages that could not be processed.', () =>
      one(deadLetters.count),
    ),
  ];
}

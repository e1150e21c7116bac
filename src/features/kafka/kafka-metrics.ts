import type { MetricSource, Sample } from '../../operation/metrics/metric-source.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { EventPublisher } from './event-publisher.ts';
import type { NotificationConsumer } from './notification-consumer.ts';

interface Parts {
  readonly consumer: NotificationConsumer | undefined;
  readonly publisher: EventPublisher | undefined;
  readonly deadLetters: DeadLetters;
}

/** Topics from and to the broker. */
export function kafkaSources({ consumer, publisher, deadLetters }: Parts): MetricSource[] {
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

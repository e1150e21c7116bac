import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { isFailing } from './webhook.ts';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import type { WebhookDelivery } from './delivery/webhook-delivery.ts';
import type { VastStore } from '../vast-store.ts';

/** The figures of the metrics, for four short queries. */
async function readStats(store: VastStore, leases: LeaseKeeper, delivery: WebhookDelivery) {
  const registrations = await store.webhooks.positions();
  const { end } = await store.eventLog.state();
  const oldestMs = await store.eventLog.oldestMs();
  const { delivered, failed } = delivery.attempts();
  return {
    registrations: registrations.length,
    failingRegistrations: registrations.filter(isFailing).length,
    outboxDepth: registrations.reduce((most, { position }) => Math.max(most, end - position), 0),
    outboxAgeMs: oldestMs === undefined ? 0 : Math.max(0, Date.now() - oldestMs),
    delivered,
    failedAttempts: failed,
    leasesHeld: leases.heldCount,
  };
}

type WebhookStats = Awaited<ReturnType<typeof readStats>>;

/** Readings of one scrape are one reading. */
const KEPT_MS = 1_000;
const LEASES_HELD = 'tams_leases_held';

/** The outbox of events, and the deliveries to webhooks. */
export function webhookSources(store: VastStore, leases: LeaseKeeper, delivery: WebhookDelivery): MetricSource[] {
  let latest: { at: number; stats: Promise<WebhookStats> } | undefined;
  const source = (
    name: string,
    type: MetricSource['type'],
    help: string,
    value: (stats: WebhookStats) => number,
  ): MetricSource => ({
    name,
    type,
    help,
    // Leases are held by each process, everything else is read from the tables.
    ...(type === 'gauge' && name !== LEASES_HELD && { across: 'shared' }),
    read: async () => {
      const now = performance.now();
      if (latest === undefined || now - latest.at > KEPT_MS)
        latest = { at: now, stats: readStats(store, leases, delivery) };
      return [{ value: value(await latest.stats) }];
    },
  });
  return [
    source(
      'tams_webhook_registrations',
      'gauge',
      'Webhooks that are registered and not disabled.',
      (stats) => stats.registrations,
    ),
    source(
      'tams_webhook_registrations_failing',
      'gauge',
      'Webhooks that nothing could be delivered to for too long.',
      (stats) => stats.failingRegistrations,
    ),
    source(
      'tams_outbox_events',
      'gauge',
      'Events that the slowest webhook, failing ones included, has yet to be told of.',
      (stats) => stats.outboxDepth,
    ),
    source(
      'tams_outbox_age_seconds',
      'gauge',
      'The age of the oldest event that is kept.',
      (stats) => stats.outboxAgeMs / 1000,
    ),
    source('tams_webhook_deliveries_total', 'counter', 'Events that a receiver took.', (stats) => stats.delivered),
    source(
      'tams_webhook_failed_attempts_total',
      'counter',
      'Attempts to deliver an event that failed.',
      (stats) => stats.failedAttempts,
    ),
    source(LEASES_HELD, 'gauge', 'Leases that this process holds.', (stats) => stats.leasesHeld),
  ];
}

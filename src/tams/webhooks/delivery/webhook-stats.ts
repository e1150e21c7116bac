import { isFailing } from '../webhook.ts';
import type { LeaseKeeper } from '../../leases/lease-keeper.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';
import type { VastStore } from '../../vast-store.ts';

/** State of events and webhooks. */
export interface WebhookStats {
  /** Without those that are disabled. */
  readonly registrations: number;
  readonly failingRegistrations: number;
  /** Events that the slowest registration, failing ones included, still waits for. */
  readonly outboxDepth: number;
  /** The age of the oldest event that is kept; 0 without any. */
  readonly outboxAgeMs: number;
  /** Attempts of this process since its start. */
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Count of this process. */
  readonly leasesHeld: number;
}

export async function webhookStats(
  store: VastStore,
  leases: LeaseKeeper,
  delivery: WebhookDelivery,
): Promise<WebhookStats> {
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

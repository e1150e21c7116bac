import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { WebhookConfig } from './webhook-settings.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { LimitedMedia } from '../access/limited-media.ts';
import type { LoggedEvent } from './event.ts';
import { eventBody, type EventForm } from './delivery/event-body.ts';
import type { AddressGuard } from '../../shared/address-guard.ts';
import { WebhookSender } from './delivery/webhook-sender.ts';
import { renderSegments } from '../segments/segment-renderer.ts';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import { EventDispatcher } from './delivery/event-dispatcher.ts';
import { MAX_WIDTH } from './delivery/receiver.ts';
import { WebhookDelivery } from './delivery/webhook-delivery.ts';
import type { Subscription } from './webhook.ts';
import type { WorkerStatus } from '../../operation/worker-loop.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { webhookSources } from './webhook-metrics.ts';
import type { VastStore } from '../vast-store.ts';

interface WebhookWorkers {
  start(): void;
  /** A transaction left events in the outbox. */
  readonly onEvents: () => void;
  /** Registrations changed. */
  readonly onRegistrations: () => void;
  /** How the workers fare. */
  workers(): WorkerStatus[];
  readonly metrics: readonly MetricSource[];
  /** Bytes of events that are kept for slower receivers. */
  keptBytes(): number;
  /** For a reader of the log beside the webhooks. */
  readonly feed: EventFeed;
  stop(): Promise<void>;
}

/** Helps a feature that reads the whole log of events (`EventLog.addReader`). */
export interface EventFeed {
  /** Calls the listener when events have got their places in the log by this process. */
  onEvents(listener: () => void): void;
  /** The body of an event, as webhooks have it, without URLs that expire. */
  body(event: LoggedEvent): string;
}

interface WebhookParts {
  readonly store: VastStore;
  readonly leases: LeaseKeeper;
  readonly media: MediaStoreRegistry;
  readonly guard: AddressGuard;
  readonly version: string;
  /** The form of events of a version of the API; of a registration that names none, that of the oldest. */
  readonly formOf: (version: string | undefined) => EventForm;
  /** The version of events for a reader beside the webhooks. */
  readonly feedVersion: string;
  /** Where URLs of the local media store lead; events have no request that could tell. */
  readonly baseUrl: () => string;
}

/** Where this server can be reached on its own machine, as far as it knows: for events, which no request asked for. */
export function ownUrl(address: AddressInfo | string | null, configuredPort: number): string {
  const port = typeof address === 'object' && address !== null ? address.port : configuredPort;
  return `http://localhost:${port}`;
}

/** A topic is read again when signed URLs have long expired. */
const FEED: Subscription = {
  webhook: { url: '', events: [], presigned: false, include_object_timerange: true },
  classes: undefined,
};

export function buildWebhookWorkers(parts: WebhookParts, settings: WebhookConfig, logger: Logger): WebhookWorkers {
  const { store, leases, media, guard, version, formOf, feedVersion, baseUrl } = parts;
  const { timeoutMs, retryMaxS, keptBytes } = settings;
  const retryMaxMs = retryMaxS * 1000;
  const body = (event: LoggedEvent, subscription: Subscription, form: string | undefined): string => {
    const readable = new LimitedMedia(media, subscription);
    return eventBody(event, subscription, formOf(form), (segments, urls, details) =>
      renderSegments(segments, urls, readable, baseUrl(), details),
    );
  };
  const senderOptions = { timeoutMs, sockets: MAX_WIDTH, userAgent: `vast-tams/${version}` };
  const delivery = new WebhookDelivery(
    store,
    leases,
    {
      retryMaxMs,
      keptBytes,
      makeSender: () => new WebhookSender(guard, senderOptions),
      body: (event, registration) => body(event, registration, registration.form),
    },
    logger,
  );
  const listeners: (() => void)[] = [];
  const onPlaced = (): void => {
    delivery.wake();
    for (const listener of listeners) listener();
  };
  const isAwaited = (): boolean => listeners.length > 0 || delivery.awaitsEvents;
  const dispatcher = new EventDispatcher(store, leases, { retryMaxMs, onPlaced, isAwaited }, logger);
  return {
    start: () => {
      dispatcher.start();
      delivery.start();
    },
    onEvents: () => {
      dispatcher.wake();
    },
    onRegistrations: onPlaced,
    workers: () => [dispatcher.status, ...delivery.statuses],
    feed: {
      onEvents: (listener) => void listeners.push(listener),
      body: (event) => body(event, FEED, feedVersion),
    },
    metrics: webhookSources(store, leases, delivery),
    keptBytes: () => delivery.keptBytes,
    stop: async () => {
      await Promise.all([dispatcher.stop(), delivery.stop()]);
    },
  };
}

import type { Logger } from 'pino';
import type { HttpContext } from '../http/app.ts';
import type { TamsApp } from '../http/tams-app.ts';
import type { MediaStores } from '../media/media-store-registry.ts';
import { withReserve } from '../operation/disk-reserve.ts';
import type { MemoryUse } from '../operation/metrics/server-sources.ts';
import type { MetricSource } from '../operation/metrics/metric-source.ts';
import type { Siblings } from '../operation/siblings.ts';
import type { WorkerStatus } from '../operation/worker-loop.ts';
import { SecretBox } from '../shared/secret-box.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';
import { accessOf } from './access/access.ts';
import { type Asker, byClasses } from './access/by-classes.ts';
import { LimitedMedia } from './access/limited-media.ts';
import { fillColumns, SORT_BACKFILLS, VAST_STORE_BACKFILLS } from './column-backfill.ts';
import { BacklogReader, backlogSources } from './backlog.ts';
import { buildServices, type Services } from './services.ts';
import { DeletionWorker } from './deletion/deletion-worker.ts';
import { SegmentDeletion } from './deletion/segment-deletion.ts';
import { KeptFlows } from './flows/kept-flows.ts';
import { LeaseKeeper } from './leases/lease-keeper.ts';
import { InstanceCopying } from './objects/instance-copying.ts';
import { instanceSources, instanceWorker } from './objects/instance-worker.ts';
import { ObjectReclaim, reclaimWorker } from './objects/object-reclaim.ts';
import type { TamsContext } from './route-context.ts';
import { pageCacheSources, SegmentPageCache } from './segments/segment-page-cache.ts';
import type { Settings } from './settings.ts';
import { mountVersions } from './tams-routes.ts';
import { VastStore } from './vast-store.ts';
import { eventFormOf } from './versions/surfaces.ts';
import { AddressGuard } from '../shared/address-guard.ts';
import { buildWebhookWorkers, type EventFeed } from './webhooks/open-webhooks.ts';
import { WEBHOOK_BACKFILLS } from './webhooks/webhook-row.ts';
import { WebhookService } from './webhooks/webhook-service.ts';

interface TamsParts {
  readonly manager: VastDBManager;
  readonly media: MediaStores;
  readonly settings: Settings;
  readonly version: string;
  /** Encrypts the keys of webhooks. */
  readonly secret: string;
  /** Where this server can be reached, for URLs in events, which no request asked for. */
  readonly baseUrl: () => string;
  readonly siblings: Siblings;
  readonly logger: Logger;
}

/** TAMS, with its workers not yet started. */
export interface Tams {
  readonly store: VastStore;
  readonly leases: LeaseKeeper;
  /** For everybody, and as a request may use them. */
  readonly services: { readonly forAll: Services; readonly of: (asker: Asker) => Services };
  readonly events: EventFeed;
  readonly metrics: readonly MetricSource[];
  /** Its caches. */
  readonly memory: readonly MemoryUse[];
  /** Registers the operations of TAMS. Features register theirs with the context that is returned. */
  routes(app: TamsApp, http: HttpContext): Promise<TamsContext>;
  /** How its workers fare, those that are not the process's own. */
  workers(): WorkerStatus[];
  /** Looks for instances to make or remove, and for objects to reclaim, now. */
  lookForDue(): Promise<void>;
  start(): void;
  /** Leases stay held: features may still work under them. */
  stop(): Promise<void>;
}

/** Opens TAMS over its tables and media stores. */
export async function openTams(parts: TamsParts): Promise<Tams> {
  const { manager, media, settings, version, secret, baseUrl, siblings, logger } = parts;
  const { limits, reclaim, classes } = settings;
  const store = new VastStore(manager, new SecretBox(secret, 'webhooks'), () => {
    wakeDispatcher();
  });
  const leases = new LeaseKeeper(store, logger);
  const guard = new AddressGuard(settings.webhooks.allowed);
  const webhooks = buildWebhookWorkers(
    { store, leases, media, guard, version, formOf: eventFormOf, feedVersion: settings.apiVersion, baseUrl },
    settings.webhooks,
    logger,
  );
  const wakeDispatcher = siblings.waker('event dispatcher', webhooks.onEvents);
  const wakeDelivery = siblings.waker('webhook delivery', webhooks.onRegistrations);

  const deletion = {
    syncMax: limits.deleteSyncMax,
    reclaimGraceMs: reclaim.graceS * 1000,
    requestExpiryMs: settings.deletion.requestExpiryS * 1000,
    onRequest: siblings.waker('deletion worker', () => {
      deletionWorker.wake();
    }),
  };
  const deletionWorker = new DeletionWorker(store, new SegmentDeletion(store, deletion), leases, logger);
  const reclaiming = reclaimWorker(new ObjectReclaim(store, media), leases, logger);

  const { maxObjectBytes, presign } = settings.media;
  const copying = new InstanceCopying({ store, media, guard, maxObjectBytes, logger });
  const instances = instanceWorker(copying, leases, logger);

  const pagesMaxBytes = settings.media.pageCacheMib * 2 ** 20;
  const pages = new SegmentPageCache({
    maxBytes: pagesMaxBytes,
    signingGridS: settings.media.presign.gridS,
  });
  const flowsMaxBytes = settings.memory.flows * 2 ** 20;
  const keptFlows = new KeptFlows(flowsMaxBytes);
  const serviceParts = {
    media,
    knownMedia: media,
    version,
    timeouts: { object: reclaim.allocationExpiryS, presignedUrl: settings.media.presign.expiresS },
    labels: media.labels(),
    pages,
    keptFlows,
    deletion,
    allocationExpiryMs: reclaim.allocationExpiryS * 1000,
    limits: limits.documents,
    instances: {
      copiesMax: limits.copies.max,
      copiesPerPrincipalMax: limits.copies.perPrincipalMax,
      removalDelayMs: Math.max(reclaim.graceS, presign.expiresS + presign.gridS) * 1000,
      onCopy: siblings.waker('instances', () => {
        instances.wake();
      }),
    },
    forAll: {
      webhooks: new WebhookService(store, guard, limits.documents, wakeDelivery),
    },
  };
  const forAll = buildServices(store, serviceParts);
  const of = byClasses(classes, forAll, (limits) =>
    buildServices(store.limitedTo(limits), {
      ...serviceParts,
      media: new LimitedMedia(media, accessOf(limits)),
      knownMedia: new LimitedMedia(media, accessOf({ ...limits, right: 'any' })),
    }),
  );
  await withReserve(() => fillOlderRows(manager, classes, logger));

  return {
    store,
    leases,
    services: { forAll, of },
    events: webhooks.feed,
    metrics: [
      ...backlogSources(new BacklogReader(manager.reader('background'))),
      ...instanceSources(manager.reader('background'), copying.counts),
      ...webhooks.metrics,
      ...pageCacheSources(pages),
    ],
    memory: [
      { part: 'pages', budgetBytes: pagesMaxBytes, usedBytes: () => pages.counts().bytes },
      { part: 'flows', budgetBytes: flowsMaxBytes, usedBytes: () => keptFlows.bytes },
      { part: 'events', budgetBytes: settings.webhooks.keptBytes, usedBytes: () => webhooks.keptBytes() },
    ],
    routes: async (app, http) => {
      const context = { ...http, services: of, segmentsPerRequest: limits.segmentsPerRequest };
      await mountVersions(app, context, settings.apiVersion);
      return context;
    },
    workers: () => [...webhooks.workers(), deletionWorker.status, reclaiming.status, instances.status],
    lookForDue: async () => {
      await instances.nextRound();
      await reclaiming.nextRound();
    },
    start: () => {
      webhooks.start();
      deletionWorker.start();
      reclaiming.start();
      instances.start();
    },
    stop: async () => {
      await Promise.all([webhooks.stop(), deletionWorker.stop(), reclaiming.stop(), instances.stop()]);
    },
  };
}

/** Gives rows that are older than some columns their cells, before the first request. */
async function fillOlderRows(manager: VastDBManager, classes: boolean, logger: Logger): Promise<void> {
  const sorted = await fillColumns(manager, SORT_BACKFILLS, logger);
  if (sorted > 0) logger.info({ rows: sorted }, 'noted where rows that were here before stand in sorted listings');
  await fillColumns(manager, WEBHOOK_BACKFILLS, logger);
  if (!classes) return;
  const owned = await fillColumns(manager, VAST_STORE_BACKFILLS, logger);
  if (owned > 0) logger.info({ rows: owned }, 'noted whom flows and sources that were here before belong to');
}

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type App, buildApp } from './http/app.ts';
import { openAnalytics } from './features/analytics/open-analytics.ts';
import { openAuthentication } from './features/auth/open-auth.ts';
import { closeApp, REQUESTS_END_MS } from './http/closing.ts';
import { makeMediaReady, openMediaStores } from './media/open-media.ts';
import { openSearch } from './features/search/open-search.ts';
import { searchServicesOf } from './features/search/search-services-of.ts';
import { exrHookOf, openExr } from './features/exr/open-exr.ts';
import { tableDefinitions } from './composition/table-definitions.ts';
import { openTables } from './vastdb/open-tables.ts';
import { openTrash } from './features/trash/open-trash.ts';
import { auditSources } from './features/auth/audit-metrics.ts';
import { webhookSources } from './tams/webhooks/webhook-metrics.ts';
import { buildOperation } from './composition/operation.ts';
import { openClasses } from './composition/classes.ts';
import { byClasses } from './tams/access/by-classes.ts';
import { holdServerLease } from './vastdb/leases/server-lease.ts';
import { buildServices } from './tams/build-services.ts';
import { warnOfSmallDisks } from './operation/small-disks.ts';
import { openTracing, tracedQueries } from './composition/tracing.ts';
import { buildWebhookWorkers, ownUrl } from './tams/webhooks/open-webhooks.ts';
import type { Config } from './settings.ts';
import { ReceiverGuard } from './tams/webhooks/delivery/receiver-guard.ts';
import { ObjectReclaim } from './tams/objects/object-reclaim.ts';
import { SegmentDeletion } from './tams/deletion/segment-deletion.ts';
import { SegmentPageCache } from './tams/segments/segment-page-cache.ts';
import { ServiceInfoService } from './tams/service/service-info-service.ts';
import { WebhookService } from './tams/webhooks/webhook-service.ts';
import { CursorCodec } from './shared/cursor.ts';
import { withReserve } from './operation/disk-reserve.ts';
import { SecretBox } from './shared/secret-box.ts';
import { readOrMakeSecret } from './shared/secret-file.ts';
import { AuthStore } from './features/auth/auth-store.ts';
import { VastStore } from './tams/vast-store.ts';
import { VastDBManager } from './vastdb/vast-db-manager.ts';
import { DeletionWorker } from './tams/deletion/deletion-worker.ts';
import { LeaseKeeper } from './vastdb/leases/lease-keeper.ts';
import { reclaimWorker } from './tams/objects/reclaim-worker.ts';

export interface Container {
  readonly app: App;
  /** Has each worker that looks from time to time for what is due look now. For tests, which would have to wait for it. */
  lookForDue(): Promise<void>;
  /**
   * Ends what runs, in the order of dependence: requests, workers, stores, tables, and last what watches them. Requests
   * that run for longer than `requestsEndMs` (20 s unless given) are cut off.
   */
  close(requestsEndMs?: number): Promise<void>;
}

/** The composition root: the only file that knows every concrete class. Everything is ready, and only the port of the metrics listens yet. */
export async function buildContainer(config: Config, version: string, logger: Logger): Promise<Container> {
  const secret = config.secretKey ?? (await readOrMakeSecret(join(config.dataDir, 'secret.key')));

  const tracing = await openTracing(config, version, logger);
  const media = await openMediaStores(config, secret, tracing);
  const mediaCheck = await makeMediaReady(media, logger);

  const engine = await openTables(config, logger, config.diskReserveBytes);
  await warnOfSmallDisks(config, logger);
  const manager = await VastDBManager.open(engine, tableDefinitions(config), tracedQueries(tracing));
  const store = new VastStore(manager, new SecretBox(secret, 'webhooks'), () => {
    webhooks.onEvents();
  });
  const leases = new LeaseKeeper(store, logger);
  const guard = new ReceiverGuard(config.webhooks.allowed);
  const baseUrl = (): string => config.http.publicUrl ?? ownUrl(app.server.address(), config.http.port);
  const webhooks = buildWebhookWorkers({ store, leases, media, guard, version, baseUrl }, config, logger);

  const deletion = {
    syncMax: config.limits.deleteSyncMax,
    reclaimGraceMs: config.reclaim.graceS * 1000,
    requestExpiryMs: config.deletion.requestExpiryS * 1000,
    keepDeleted: config.softDelete.enabled,
    onRequest: () => {
      deletionWorker.wake();
    },
  };
  const deletionWorker = new DeletionWorker(store, new SegmentDeletion(store, deletion), leases, logger);
  const trash = await openTrash(store, leases, config, logger);
  const reclaim = new ObjectReclaim(store, media, trash !== undefined, config.exr.enabled);
  const reclaiming = reclaimWorker(reclaim, leases, logger);

  const search = openSearch({ manager, store, media, leases }, config, logger);

  const pages = new SegmentPageCache({
    maxBytes: config.media.pageCacheMib * 2 ** 20,
    signingGridS: config.media.presign.gridS,
  });
  const parts = {
    media,
    labels: media.labels(),
    pages,
    deletion,
    allocationExpiryMs: config.reclaim.allocationExpiryS * 1000,
    limits: config.limits.documents,
    onRegistered: exrHookOf(config),
    forAll: {
      serviceInfo: new ServiceInfoService(store, media, version),
      webhooks: new WebhookService(store, guard, config.limits.documents, webhooks.onRegistrations),
    },
  };
  const services = buildServices(store, parts);
  if (config.auth.classes) await withReserve(() => openClasses(manager, config.search.enabled, logger));
  const servicesOf = byClasses(config.auth.classes, services, (classes) =>
    buildServices(store.limitedTo(classes), parts),
  );
  const exr = openExr({ manager, store, media, leases, tams: { forAll: services, of: servicesOf } }, config, logger);

  const analytics = openAnalytics(manager, store, config);
  const authentication = await openAuthentication(config.auth, new AuthStore(manager), logger);

  const watched = {
    version,
    manager,
    media,
    pages,
    workers: () =>
      [deletionWorker, reclaiming, trash?.worker, exr?.worker, authentication?.auditWorker, mediaCheck]
        .flatMap((each) => each?.status ?? [])
        .concat(webhooks.workers(), search?.workers() ?? []),
    sources: [
      ...webhookSources(() => webhooks.stats()),
      ...auditSources(authentication),
      ...(search?.sources ?? []),
      ...(exr?.sources ?? []),
    ],
  };
  const operation = buildOperation(config, watched, tracing, logger);

  const app = await buildApp({
    services,
    ...(config.auth.classes && { servicesOf }),
    trash: trash?.service,
    analytics: { of: analytics.of, performance: manager },
    ...(search && { search: searchServicesOf(search, store, config.auth.classes) }),
    ...(exr && { exr: exr.servicesOf }),
    authentication,
    operation,
    localMedia: media.local,
    cursors: new CursorCodec(secret),
    config: {
      ...config.http,
      ...config.paging,
      segmentsPerRequest: config.limits.segmentsPerRequest,
      documentMaxBytes: config.limits.documents.maxBytes,
    },
    logger,
  });

  // Those that delete, and what they need: an event gets its place in its row, and the log is cut behind it.
  withReserve(() => {
    leases.start();
    webhooks.start();
    deletionWorker.start();
    reclaiming.start();
    trash?.worker.start();
  });
  if (config.tables.engine !== 'sqlite') await holdServerLease(leases);
  search?.start();
  exr?.worker?.start();
  await operation.listen();
  return {
    app,
    lookForDue: async () => {
      // What one finds can be due for the next.
      for (const worker of [trash?.worker, exr?.worker, reclaiming]) await worker?.nextRound();
    },
    close: (requestsEndMs = REQUESTS_END_MS) =>
      withReserve(async () => {
        operation.readiness.stop();
        await pause(config.operation.stopDelayMs);
        await closeApp(app, requestsEndMs, logger);
        await Promise.all([
          webhooks.stop(),
          deletionWorker.stop(),
          reclaiming.stop(),
          trash?.worker.stop(),
          search?.stop(),
          exr?.worker?.stop(),
          authentication?.auditWorker.stop(),
          mediaCheck?.stop(),
        ]);
        await analytics.close();
        await leases.stop();
        await media.close();
        await manager.close();
        await tracing?.close();
        await operation.close();
      }),
  };
}

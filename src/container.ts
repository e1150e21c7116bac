import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import { openAuthentication } from './composition/auth.ts';
import { makeMediaReady, openMediaStores } from './composition/media.ts';
import { openTables } from './composition/tables.ts';
import { webhookSources } from './composition/metrics/webhook-sources.ts';
import { buildOperation } from './composition/operation.ts';
import { openTracing, tracedQueries } from './composition/tracing.ts';
import { buildWebhookWorkers, ownUrl } from './composition/webhooks.ts';
import type { Config } from './config.ts';
import { ReceiverGuard } from './events/receiver-guard.ts';
import { DeletionRequestService } from './services/deletion-request-service.ts';
import { FlowService } from './services/flow-service.ts';
import { ObjectReclaim } from './services/object-reclaim.ts';
import { ObjectService } from './services/object-service.ts';
import { SegmentDeletion } from './services/segment-deletion.ts';
import { SegmentPageCache } from './services/segment-page-cache.ts';
import { SegmentRegistration } from './services/segment-registration.ts';
import { SegmentService } from './services/segment-service.ts';
import { ServiceInfoService } from './services/service-info-service.ts';
import type { Services } from './services/services.ts';
import { SourceService } from './services/source-service.ts';
import { StorageService } from './services/storage-service.ts';
import { WebhookService } from './services/webhook-service.ts';
import { CursorCodec } from './shared/cursor.ts';
import { SecretBox } from './shared/secret-box.ts';
import { readOrMakeSecret } from './shared/secret-file.ts';
import { AuthStore } from './stores/auth-store/auth-store.ts';
import { AUTH_TABLES } from './stores/auth-store/tables.ts';
import { VAST_STORE_TABLES } from './stores/vast-store/tables.ts';
import { VastStore } from './stores/vast-store/vast-store.ts';
import { VastDBManager } from './vastdb/vast-db-manager.ts';
import { DeletionWorker } from './workers/deletion-worker.ts';
import { LeaseKeeper } from './workers/lease-keeper.ts';
import { ReclaimWorker } from './workers/reclaim-worker.ts';

export interface Container {
  readonly app: App;
  /** Ends what runs, in the order of dependence: requests, workers, stores, tables, and last what watches them. */
  close(): Promise<void>;
}

/** The composition root: the only file that knows every concrete class. Everything is ready, and only the port of the metrics listens yet. */
export async function buildContainer(config: Config, version: string, logger: Logger): Promise<Container> {
  const secret = config.secretKey ?? (await readOrMakeSecret(join(config.dataDir, 'secret.key')));

  const tracing = await openTracing(config, version, logger);
  const media = openMediaStores(config, secret, tracing);
  const mediaCheck = await makeMediaReady(media, logger);

  const engine = await openTables(config, logger);
  const manager = await VastDBManager.open(engine, [...VAST_STORE_TABLES, ...AUTH_TABLES], tracedQueries(tracing));
  const store = new VastStore(manager, new SecretBox(secret, 'webhooks'), () => {
    webhooks.onEvents();
  });
  const leases = new LeaseKeeper(store, logger);
  const guard = new ReceiverGuard(config.webhooks.allowed);
  const baseUrl = (): string => config.http.publicUrl ?? ownUrl(app.server.address(), config.http.port);
  const webhooks = buildWebhookWorkers({ store, leases, media, guard, version, baseUrl }, config, logger);

  const deletion = new SegmentDeletion(store, {
    syncMax: config.limits.deleteSyncMax,
    reclaimGraceMs: config.reclaim.graceS * 1000,
    requestExpiryMs: config.deletion.requestExpiryS * 1000,
    onRequest: () => {
      deletionWorker.wake();
    },
  });
  const deletionWorker = new DeletionWorker(store, deletion, leases, logger);
  const reclaimWorker = new ReclaimWorker(new ObjectReclaim(store, media), leases, logger);

  const pages = new SegmentPageCache({
    maxBytes: config.media.pageCacheMib * 2 ** 20,
    signingGridS: config.media.presign.gridS,
  });
  const services: Services = {
    serviceInfo: new ServiceInfoService(store, media, version),
    sources: new SourceService(store),
    flows: new FlowService(store, deletion),
    segments: new SegmentService(store, media, new SegmentRegistration(store, media.labels()), deletion, pages),
    storage: new StorageService(store, media, config.reclaim.allocationExpiryS * 1000),
    objects: new ObjectService(store),
    deletionRequests: new DeletionRequestService(store),
    webhooks: new WebhookService(store, guard, webhooks.onRegistrations),
  };

  const authentication = openAuthentication(config.auth, new AuthStore(manager), logger);

  const watched = {
    version,
    manager,
    media,
    pages,
    workers: () =>
      [deletionWorker, reclaimWorker, authentication?.auditWorker, mediaCheck]
        .flatMap((each) => each?.status ?? [])
        .concat(webhooks.workers()),
    sources: webhookSources(() => webhooks.stats()),
  };
  const operation = buildOperation(config, watched, tracing, logger);

  const app = await buildApp({
    services,
    authentication,
    operation,
    localMedia: media.local,
    cursors: new CursorCodec(secret),
    config: { ...config.http, ...config.paging, segmentsPerRequest: config.limits.segmentsPerRequest },
    logger,
  });

  leases.start();
  webhooks.start();
  deletionWorker.start();
  reclaimWorker.start();
  await operation.listen();
  return {
    app,
    close: async () => {
      operation.readiness.stop();
      await pause(config.operation.stopDelayMs);
      await app.close();
      await Promise.all([
        webhooks.stop(),
        deletionWorker.stop(),
        reclaimWorker.stop(),
        authentication?.auditWorker.stop(),
        mediaCheck?.stop(),
      ]);
      await leases.stop();
      await media.close();
      await manager.close();
      await tracing?.close();
      await operation.close();
    },
  };
}

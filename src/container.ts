import { join } from 'node:path';
import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import { makeMediaReady, openMediaStores } from './composition/media.ts';
import type { Config } from './config.ts';
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
import { VAST_STORE_TABLES } from './stores/vast-store/tables.ts';
import { VastStore } from './stores/vast-store/vast-store.ts';
import { openSqliteEngine } from './vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from './vastdb/vast-db-manager.ts';
import { DeletionWorker } from './workers/deletion-worker.ts';
import { ReclaimWorker } from './workers/reclaim-worker.ts';

export interface Container {
  readonly app: App;
  /** Ends what runs, in the order of dependence: requests, workers, stores, tables. */
  close(): Promise<void>;
}

/** The composition root: the only file that knows every concrete class. Everything is ready, and nothing listens yet. */
export async function buildContainer(config: Config, version: string, logger: Logger): Promise<Container> {
  const secret = config.secretKey ?? (await readOrMakeSecret(join(config.dataDir, 'secret.key')));

  const media = openMediaStores(config, secret);
  const mediaCheck = await makeMediaReady(media, logger);

  const { synchronous, cacheMib } = config.tables.sqlite;
  const engine = await openSqliteEngine({ directory: join(config.dataDir, 'tables'), synchronous, cacheMib });
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  const store = new VastStore(manager, new SecretBox(secret, 'webhooks'));

  const deletion = new SegmentDeletion(store, {
    syncMax: config.limits.deleteSyncMax,
    reclaimGraceMs: config.reclaim.graceS * 1000,
    requestExpiryMs: config.deletion.requestExpiryS * 1000,
    onRequest: () => {
      deletionWorker.wake();
    },
  });
  const deletionWorker = new DeletionWorker(store, deletion, logger);
  const reclaimWorker = new ReclaimWorker(new ObjectReclaim(store, media), logger);

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
    webhooks: new WebhookService(store),
  };

  const app = await buildApp({
    services,
    localMedia: media.local,
    cursors: new CursorCodec(secret),
    config: { ...config.http, ...config.paging, segmentsPerRequest: config.limits.segmentsPerRequest },
    logger,
  });

  deletionWorker.start();
  reclaimWorker.start();
  return {
    app,
    close: async () => {
      await app.close();
      await Promise.all([deletionWorker.stop(), reclaimWorker.stop(), mediaCheck?.stop()]);
      await media.close();
      await manager.close();
    },
  };
}

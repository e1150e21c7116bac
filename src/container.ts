import { join } from 'node:path';
import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import type { BackendConfig, Config } from './config.ts';
import type { MediaStore } from './domain/media-store.ts';
import type { StorageBackend } from './domain/storage-backend.ts';
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
import { LocalMediaStore } from './stores/media/local-media-store.ts';
import { MediaStores } from './stores/media/media-store-registry.ts';
import { S3Store } from './stores/media/s3-store.ts';
import { VAST_STORE_TABLES } from './stores/vast-store/tables.ts';
import { VastStore } from './stores/vast-store/vast-store.ts';
import { openSqliteEngine } from './vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from './vastdb/vast-db-manager.ts';
import { DeletionWorker } from './workers/deletion-worker.ts';
import { ReclaimWorker } from './workers/reclaim-worker.ts';
import { WorkerLoop } from './workers/worker-loop.ts';

/** After the media stores are ready there is nothing more to check: as good as never. */
const READY_MS = 2 ** 31 - 1;

export interface Container {
  readonly app: App;
  /** Ends what runs, in the order of dependence: requests, workers, stores, tables. */
  close(): Promise<void>;
}

/** The composition root: the only file that knows every concrete class. Everything is ready, and nothing listens yet. */
export async function buildContainer(config: Config, version: string, logger: Logger): Promise<Container> {
  const secret = config.secretKey ?? (await readOrMakeSecret(join(config.dataDir, 'secret.key')));

  const media = new MediaStores(config.media.backends.map((backend) => openMediaStore(backend, config, secret)));
  const mediaCheck = await makeReady(media, logger);

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

/**
 * An object store that cannot be reached now does not keep the server from starting: what lies in the
 * tables can be read. It is asked again until it answers.
 */
async function makeReady(media: MediaStores, logger: Logger): Promise<WorkerLoop | undefined> {
  await Promise.all([...media.local.values()].map((store) => store.ensureReady()));
  try {
    await media.ensureReady();
    return undefined;
  } catch (error) {
    logger.error({ err: error }, 'a media store is not ready; it is asked again until it is');
  }
  let ready = false;
  const check = new WorkerLoop(
    'media store check',
    async () => {
      if (!ready) await media.ensureReady();
      if (!ready) logger.info('all media stores are ready');
      ready = true;
      return READY_MS;
    },
    logger,
  );
  check.start();
  return check;
}

function openMediaStore(config: BackendConfig, { media }: Config, secret: string): MediaStore {
  const { presign, maxObjectBytes, s3 } = media;
  const backend = describe(config);
  if (config.type === 'local') {
    return new LocalMediaStore({ backend, directory: config.path, secret, maxObjectBytes, ...presign });
  }
  return new S3Store({ ...config, backend, ...presign, ...s3 });
}

const describe = (config: BackendConfig): StorageBackend => ({
  id: config.id,
  label: config.label,
  store_type: 'http_object_store',
  provider: config.provider,
  region: config.region,
  availability_zone: config.availabilityZone,
  store_product: config.storeProduct,
  default_storage: config.defaultStorage,
});

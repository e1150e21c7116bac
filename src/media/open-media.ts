import type { Logger } from 'pino';
import type { MediaSettings } from './media-settings.ts';
import type { BackendConfig } from './storage-backend-settings.ts';
import type { MediaStore } from './media-store.ts';
import type { StorageBackend } from './storage-backend.ts';
import { type OperationListener, OperationMetrics } from '../operation/operation-metrics.ts';
import type { OtlpTracing } from '../operation/otlp-tracing.ts';
import { DiskReserve } from '../operation/disk-reserve.ts';
import { LocalMediaStore } from './local-media-store.ts';
import { MediaStores } from './media-store-registry.ts';
import { WorkerLoop } from '../operation/worker-loop.ts';

/** Practically never: once the media stores are ready there is nothing more to check. */
const READY_MS = 2 ** 31 - 1;

interface Settings {
  readonly media: MediaSettings;
  readonly diskReserveBytes: number;
}

/** The configured media stores, none of which may be reachable yet. */
export async function openMediaStores(
  settings: Settings,
  secret: string,
  tracing: OtlpTracing | undefined,
): Promise<MediaStores> {
  const { backends } = settings.media;
  return new MediaStores(
    await Promise.all(backends.map((backend) => openMediaStore(backend, settings, secret, tracing))),
  );
}

/**
 * The server starts even if an object store cannot be reached, so that the tables can be read. The store is tried again
 * until it answers.
 */
export async function makeMediaReady(media: MediaStores, logger: Logger): Promise<WorkerLoop | undefined> {
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

async function openMediaStore(
  config: BackendConfig,
  { media, diskReserveBytes }: Settings,
  secret: string,
  tracing: OtlpTracing | undefined,
): Promise<MediaStore> {
  const { presign, maxObjectBytes, s3 } = media;
  const backend = describe(config);
  const metrics = new OperationMetrics(tracedOperations(tracing, config.id));
  if (config.type === 'local') {
    const { path: directory } = config;
    const reserve = new DiskReserve(directory, diskReserveBytes);
    return new LocalMediaStore({ backend, directory, secret, maxObjectBytes, reserve, ...presign, metrics });
  }
  // Loaded only when used, like the engine of a cluster.
  const { S3Store } = await import('./s3-store.ts');
  return new S3Store({ ...config, backend, ...presign, ...s3, metrics });
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
  tags: config.tags,
});

/** Makes a span of each operation on a storage backend, if there are traces. */
function tracedOperations(tracing: OtlpTracing | undefined, storageId: string): OperationListener | undefined {
  if (tracing === undefined) return undefined;
  return (operation, ms, ok) => {
    const attributes = { 'tams.storage_id': storageId, 'tams.operation': operation };
    tracing.record({ name: `media ${operation}`, startedMs: performance.now() - ms, failed: !ok, attributes });
  };
}

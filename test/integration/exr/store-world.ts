import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySource } from '../../../src/formats/exr/header/byte-source.ts';
import { inspectExr } from '../../../src/features/exr/rules/inspect.ts';
import type { ExrInspection, ExrVectors } from '../../../src/features/exr/rules/inspection.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { ExrFileRepository } from '../../../src/features/exr/repositories/exr-file-repository.ts';
import { EXR_TABLES } from '../../../src/features/exr/exr-tables.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { MediaStores } from '../../../src/media/media-store-registry.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';

const STORAGE_ID = '11111111-1111-4111-8111-111111111111';

/** What a header says, as if it had been read of a file of this name. */
export const inspected = (
  path: string,
  bytes: Uint8Array,
): Promise<{ inspection: ExrInspection; vectors: ExrVectors }> =>
  inspectExr(memorySource(bytes), { path, bucket: null, key: null, mtime: null });

/**
 * Tables and media of a folder that is gone afterwards.
 *
 * @param adapt what the engine is to be taken for
 * @param open the engine of a folder
 */
export async function openStoreWorld(
  adapt: (engine: TableEngine) => TableEngine = (engine) => engine,
  open = (folder: string) => openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 4 }),
) {
  const folder = await mkdtemp(join(tmpdir(), 'tams-exr-store-'));
  const engine = adapt(await open(folder));
  const manager = await VastDBManager.open(engine, [...VAST_STORE_TABLES, ...EXR_TABLES]);
  const media = new LocalMediaStore({
    backend: { id: STORAGE_ID, store_type: 'http_object_store', provider: 'test', store_product: 'test' },
    directory: join(folder, 'media'),
    secret: 'a secret that is used for nothing here',
    maxObjectBytes: 1_000_000,
    expiresS: 60,
    gridS: 1,
    urlCacheMax: 0,
  });
  await media.ensureReady();
  return {
    manager,
    media,
    files: new ExrFileRepository(manager),
    store: new VastStore(manager, new SecretBox('of no use here', 'webhooks')),
    registry: new MediaStores([media]),
    storageId: STORAGE_ID,
    close: async () => {
      await manager.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type StoreWorld = Awaited<ReturnType<typeof openStoreWorld>>;

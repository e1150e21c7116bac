import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectionsOf } from '../../../src/features/exr/repositories/inspection-queue-repository.ts';
import { refOfObject } from '../../../src/features/exr/rules/exr-file.ts';
import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { AutomaticInspection } from '../../../src/features/exr/services/automatic-inspection.ts';
import { ExrInspector } from '../../../src/features/exr/services/exr-inspector.ts';
import { ExrPlaces } from '../../../src/features/exr/services/exr-places.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { MediaStores } from '../../../src/media/media-store-registry.ts';
import { packLocations } from '../../../src/tams/objects/object-location.ts';
import { renderedFrame } from '../../support/exr-objects.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { openStoreWorld } from './store-world.ts';

const PATH = 'objects/a.exr';

// This engine, as a cluster, has no unique keys.
it('an object is inspected once where events tell of two of its instances together', async () => {
  const world = await openStoreWorld(withoutOrdering);
  const folder = await mkdtemp(join(tmpdir(), 'tams-exr-copies-'));
  const copies = new LocalMediaStore({
    backend: { id: randomUUID(), store_type: 'http_object_store', provider: 'test', store_product: 'test' },
    directory: folder,
    secret: 'a secret that is used for nothing here',
    maxObjectBytes: 1_000_000,
    expiresS: 60,
    gridS: 1,
    urlCacheMax: 0,
  });
  try {
    const { store, manager, media, files } = world;
    await copies.ensureReady();
    for (const each of [media, copies]) await each.put(PATH, renderedFrame(1));
    const storageIds = [media.backend.id, copies.backend.id];
    const locations = packLocations(storageIds.map((storageId) => ({ storageId, storagePath: PATH })));
    const object = { id: 'a.exr', firstFlow: 'flow', firstLife: 'life', locations, externalUrls: [], referenced: true };
    const buckets = storageIds.map((storageId, index) => ({ name: `bucket${index}`, storageId, prefix: '' }));
    await store.transaction(async (tx) => {
      await tx.objects.insert([object]);
      await inspectionsOf(tx).addPlaces(
        buckets.map(({ name }) => ({ bucket: name, key: PATH })),
        0,
      );
    });
    const places = new ExrPlaces(store, new MediaStores([media, copies]), buckets, false);
    const inspection = new AutomaticInspection(store, manager.reader(), places, new ExrInspector(files), files);
    const round = await inspection.runDue(async () => undefined);
    expect(await manager.count(EXR_FILES.name)).toBe(1);
    expect(round).toMatchObject({ inspected: 1, failures: [] });
    expect((await files.find(refOfObject(object.id).id))?.inspection.parts).toHaveLength(1);
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXR_QUEUE } from '../../../src/features/exr/exr-tables.ts';
import { refOfKey } from '../../../src/features/exr/rules/exr-file.ts';
import { ExrPlaces } from '../../../src/features/exr/services/exr-places.ts';
import { registeredObjects } from '../../../src/features/exr/services/registered-objects.ts';
import { FIRST_READ_BYTES } from '../../../src/formats/exr/header/exr-error.ts';
import { openMediaSource } from '../../../src/media/media-source.ts';
import { adoptedId, packLocations } from '../../../src/tams/objects/object-location.ts';
import { renderedFrame } from '../../support/exr-objects.ts';
import { dropTables, openTestEngine, TEST_TABLE_ENGINE } from '../../support/table-engine.ts';
import { inspected, openStoreWorld, type StoreWorld } from './store-world.ts';

const KEY = 'shot/a.0001.exr';
const CONTAINER = 'image/x-exr';

let world: StoreWorld;
let folder: string;
beforeEach(async () => {
  world = await openStoreWorld(undefined, (directory) => {
    folder = directory;
    return openTestEngine(directory);
  });
});
afterEach(async () => {
  await world.close();
  await dropTables(folder);
});

// On SQLite no transaction is committed while another one writes.
it.skipIf(TEST_TABLE_ENGINE === 'sqlite')(
  'a frame is inspected again if the inspection of its key is committed while the frame is adopted',
  async () => {
    const { store, registry, media, files, manager, storageId } = world;
    await media.put(KEY, renderedFrame(1));
    const { bytes, info } = await openMediaSource(media, KEY, FIRST_READ_BYTES);
    const place = { storageId, storagePath: KEY };
    const id = adoptedId(place);
    const object = {
      id,
      firstFlow: 'flow',
      firstLife: 'life',
      locations: packLocations([place]),
      externalUrls: [],
      referenced: true,
    };
    const take = registeredObjects(
      new ExrPlaces(store, registry, [{ name: 'local', storageId, prefix: '' }], false),
      false,
    );
    let attempts = 0;
    await store.transaction(async (tx) => {
      attempts += 1;
      await tx.objects.insert([object]);
      await take(tx.rows, { id: 'flow', container: CONTAINER }, [object], new Map([[id, { bytes, info }]]));
      if (attempts > 1) return;
      const file = refOfKey('local', KEY);
      await files.saveMany([{ file, found: await inspected(file.path, renderedFrame(2)) }], 0);
    });
    expect(attempts).toBeGreaterThan(1);
    expect(await manager.count(EXR_QUEUE.name), 'what the adoption has read may be older than the event').toBe(1);
  },
);

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXR_QUEUE } from '../../../src/features/exr/exr-tables.ts';
import { inspectionsOf } from '../../../src/features/exr/repositories/inspection-queue-repository.ts';
import { refOfKey, refOfObject } from '../../../src/features/exr/rules/exr-file.ts';
import { AutomaticInspection } from '../../../src/features/exr/services/automatic-inspection.ts';
import { ExrInspector } from '../../../src/features/exr/services/exr-inspector.ts';
import { ExrPlaces } from '../../../src/features/exr/services/exr-places.ts';
import { registeredObjects } from '../../../src/features/exr/services/registered-objects.ts';
import { FIRST_READ_BYTES } from '../../../src/formats/exr/header/exr-error.ts';
import { type ObjectBeginning, openMediaSource } from '../../../src/media/media-source.ts';
import { adoptedId, packLocations } from '../../../src/tams/objects/object-location.ts';
import { SegmentRegistration } from '../../../src/tams/segments/segment-registration.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';
import { renderedFrame } from '../../support/exr-objects.ts';
import { attribute } from '../../support/exr-writer.ts';
import { openStoreWorld, type StoreWorld } from './store-world.ts';

const FLOW = {
  id: randomUUID(),
  source_id: randomUUID(),
  format: 'urn:x-tam:format:image',
  codec: 'image/x-exr',
  container: 'image/x-exr',
  essence_parameters: { frame_width: 1, frame_height: 1 },
  created: new Date(0).toISOString(),
} as const;
const KEY = 'shot/a.0001.exr';
const LONG = attribute('comments', 'string', Buffer.alloc(FIRST_READ_BYTES, 'x'));
const ours = (): Promise<void> => Promise.resolve();

let world: StoreWorld;
let inspection: AutomaticInspection;
let id: string;
beforeEach(async () => {
  world = await openStoreWorld();
  const { store, registry, files, storageId, manager } = world;
  id = adoptedId({ storageId, storagePath: KEY });
  const places = new ExrPlaces(store, registry, [{ name: 'local', storageId, prefix: '' }], false);
  inspection = new AutomaticInspection(store, manager.reader(), places, new ExrInspector(files), files);
  store.subscribers.add({ segmentsRegistered: registeredObjects(places, false) });
  await store.transaction(async (tx) => {
    await tx.sources.insert({ id: FLOW.source_id, format: FLOW.format, created: FLOW.created });
    await tx.flows.insert(FLOW, randomUUID());
  });
});
afterEach(() => world.close());

async function lookInto(content: Uint8Array): Promise<ObjectBeginning> {
  await world.media.put(KEY, content);
  const { bytes, info } = await openMediaSource(world.media, KEY, FIRST_READ_BYTES);
  return { bytes, info };
}

async function adopt(beginning: ObjectBeginning): Promise<void> {
  const { store, storageId } = world;
  const place = { storageId, storagePath: KEY };
  const registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  const segment = { object_id: id, timerange: '[0:0_1:0)' };
  const object = { id, locations: packLocations([place]), adoptedAt: place, beginning };
  const refusals = await store.transaction((tx) => registration.adopt(tx, FLOW.id, [segment], [object]));
  expect(refusals).toEqual([]);
}

async function frameOf(fileId: string): Promise<unknown> {
  const file = await world.files.find(fileId);
  return file?.inspection.attributes.find(({ name }) => name === 'frame')?.value;
}

const queued = (): Promise<number> => world.manager.count(EXR_QUEUE.name);
const readsOf = (): number | undefined => world.media.statistics().operations.get('get')?.durations.count;

describe('frames that were read when they were adopted', () => {
  it('have what their inspection would have kept, and are not read again', async () => {
    await adopt(await lookInto(renderedFrame(1)));
    expect([readsOf(), await queued()]).toEqual([1, 0]);
    const kept = await world.files.find(refOfObject(id).id);
    await world.store.transaction((tx) => inspectionsOf(tx).add([id], 0));
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    const inspected = await world.files.find(refOfObject(id).id);
    expect(inspected?.inspection).toEqual(kept?.inspection);
    expect([kept?.audit.inspection_count, inspected?.audit.inspection_count]).toEqual([1, 2]);
    expect(kept?.ref.path).toBe(`s3://local/${KEY}`);
  });

  it('are inspected where their header goes on behind what was read', async () => {
    await adopt(await lookInto(renderedFrame(1, LONG)));
    expect([await queued(), await world.files.find(refOfObject(id).id)]).toEqual([1, undefined]);
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect(await frameOf(refOfObject(id).id)).toBe(1);
  });

  it('are inspected where an event told of their key after that: it was inspected before it was an object', async () => {
    const before = await lookInto(renderedFrame(1));
    await world.media.put(KEY, renderedFrame(2));
    await world.store.transaction((tx) => inspectionsOf(tx).addPlaces([{ bucket: 'local', key: KEY }], 0));
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect(await frameOf(refOfKey('local', KEY).id)).toBe(2);
    await adopt(before);
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect(await frameOf(refOfObject(id).id)).toBe(2);
  });

  it('are inspected where they become objects while their key is inspected for an event', async () => {
    const before = await lookInto(renderedFrame(1));
    await world.media.put(KEY, renderedFrame(2));
    await world.store.transaction((tx) => inspectionsOf(tx).addPlaces([{ bucket: 'local', key: KEY }], 0));
    const { media } = world;
    const get = media.get.bind(media);
    media.get = async (path, range) => {
      media.get = get;
      await adopt(before);
      return get(path, range);
    };
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect(await frameOf(refOfObject(id).id)).toBe(1);
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect([await frameOf(refOfObject(id).id), await queued()]).toEqual([2, 0]);
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refOfObject } from '../../../src/features/exr/rules/exr-file.ts';
import { AutomaticInspection } from '../../../src/features/exr/services/automatic-inspection.ts';
import { inspectionsOf } from '../../../src/features/exr/repositories/inspection-queue-repository.ts';
import { ExrInspector } from '../../../src/features/exr/services/exr-inspector.ts';
import { registeredObjects } from '../../../src/features/exr/services/registered-objects.ts';
import { ExrPlaces } from '../../../src/features/exr/services/exr-places.ts';
import { adoptedId, packLocations } from '../../../src/tams/objects/object-location.ts';
import { SegmentRegistration } from '../../../src/tams/segments/segment-registration.ts';
import { EXR_FILES, EXR_QUEUE } from '../../../src/features/exr/exr-tables.ts';
import { attribute, channels } from '../../support/exr-writer.ts';
import { ExrFileRepository } from '../../../src/features/exr/repositories/exr-file-repository.ts';
import { renderedFrame } from '../../support/exr-objects.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { inspected, openStoreWorld, type StoreWorld } from './store-world.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';

const flow = {
  id: randomUUID(),
  source_id: randomUUID(),
  format: 'urn:x-tam:format:image',
  codec: 'image/x-exr',
  container: 'image/x-exr',
  essence_parameters: { frame_width: 1, frame_height: 1 },
} as const;
const created = new Date(0).toISOString();
const ours = async (): Promise<void> => undefined;
const NOTHING_DONE = { inspected: 0, failed: 0, postponed: 0, failures: [], more: false };

const life = randomUUID();

let world: StoreWorld;
let inspection: AutomaticInspection;
let registration: SegmentRegistration;
beforeEach(async () => {
  world = await openStoreWorld();
  const { store, registry, files, storageId } = world;
  const places = new ExrPlaces(store, registry, [{ name: 'local', storageId, prefix: '' }], false);
  inspection = new AutomaticInspection(store, world.manager.reader(), places, new ExrInspector(files), files);
  registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  store.subscribers.add({ segmentsRegistered: registeredObjects(places, false) });
  await store.transaction(async (tx) => {
    await tx.sources.insert({ id: flow.source_id, format: flow.format, created });
    await tx.flows.insert({ ...flow, created }, life);
  });
});
afterEach(() => world.close());

/** Objects that were allocated and used, and uploaded too unless `content` is left out. */
async function register(
  ids: readonly string[],
  content?: Uint8Array,
  pathOf = (id: string) => `objects/${id}`,
): Promise<void> {
  const locationOf = (id: string) => ({ storageId: world.storageId, storagePath: pathOf(id) });
  const allocated = { firstFlow: flow.id, firstLife: life, externalUrls: [], referenced: false };
  await world.store.transaction((tx) =>
    tx.objects.insert(ids.map((id) => ({ ...allocated, id, locations: packLocations([locationOf(id)]) }))),
  );
  if (content !== undefined) for (const id of ids) await world.media.put(pathOf(id), content);
  const segments = ids.map((object_id, index) => ({ object_id, timerange: `[${index}:0_${index + 1}:0)` }));
  expect(await registration.register(flow.id, segments)).toEqual([]);
}

describe('automatic inspection', () => {
  it('costs the registration one insert, and nothing where there is no EXR object', async () => {
    world.manager.resetPerformance();
    await register(Array.from({ length: 250 }, (_, index) => `frame.${index}.exr`));
    const { tables } = world.manager.performanceSummary();
    const queue = tables.find(({ table }) => table === EXR_QUEUE.name);
    expect(queue?.operations.map(({ operation, count }) => [operation, count])).toEqual([['insert', 1]]);
    expect(await world.manager.count(EXR_QUEUE.name)).toBe(3);
  });

  it('reads each object with one range', async () => {
    await register(['a.exr', 'b.exr'], renderedFrame(1));
    expect(await inspection.runDue(ours)).toEqual({ ...NOTHING_DONE, inspected: 2 });
    const { operations } = world.media.statistics();
    const countOf = (name: string) => operations.get(name)?.durations.count;
    expect([countOf('head'), countOf('get')]).toEqual([undefined, 2]);
    expect(await inspection.isDue()).toBe(false);
  });

  it('keeps many in one transaction: new ones, the same again, and other headers', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `f.${index}.exr`);
    await register(ids, renderedFrame(1));
    const cost = async (): Promise<number> => {
      world.manager.resetPerformance();
      expect(await inspection.runDue(ours)).toEqual({ ...NOTHING_DONE, inspected: ids.length });
      const { tables } = world.manager.performanceSummary();
      const own = tables.filter(({ table }) => table.startsWith('exr_'));
      return own.flatMap(({ operations }) => operations.map(({ count }) => count)).reduce((sum, each) => sum + each, 0);
    };
    expect(await cost()).toBeLessThan(ids.length);
    const before = await world.files.find(refOfObject('f.3.exr').id);
    await world.media.put('objects/f.3.exr', renderedFrame(2));
    await world.store.transaction((tx) => inspectionsOf(tx).add(ids, 0));
    expect(await cost()).toBeLessThan(ids.length + 10);
    const files = await world.files.findMany(ids.map((id) => refOfObject(id).id));
    expect(files.map(({ audit }) => audit.inspection_count)).toEqual(ids.map(() => 2));
    const hashes = files.map(({ inspection: { file } }) => file.header_hash);
    expect(new Set(hashes).size).toBe(2);
    expect(hashes[3]).not.toBe(before?.inspection.file.header_hash);
    expect(files[3]?.inspection.attributes).toHaveLength(before?.inspection.attributes.length ?? 0);
  });

  it('keeps the headers that files had before where it is asked to, the last twenty of each', async () => {
    await register(['a.exr'], renderedFrame(0));
    const { manager, store } = world;
    const files = new ExrFileRepository(manager, true);
    const places = new ExrPlaces(
      store,
      world.registry,
      [{ name: 'local', storageId: world.storageId, prefix: '' }],
      false,
    );
    const keeping = new AutomaticInspection(store, world.manager.reader(), places, new ExrInspector(files), files);
    const { id } = refOfObject('a.exr');
    for (let number = 0; number < 23; number++) {
      await world.media.put('objects/a.exr', renderedFrame(number));
      await store.transaction((tx) => inspectionsOf(tx).add(['a.exr'], 0));
      await keeping.runDue(ours);
    }
    const former = await files.formerHeaders(id);
    const frameOf = (attributes: (typeof former)[number]['attributes']) =>
      attributes.find(({ name }) => name === 'frame')?.value;
    expect(former.map(({ attributes }) => frameOf(attributes))).toEqual(
      Array.from({ length: 20 }, (_, index) => 21 - index),
    );
    expect(former[0]).toMatchObject({ is_complete: true, size: expect.any(Number) as number });
    const many = Array.from({ length: 2_000 }, (_, index) => ({ name: `layer${index}.R` }));
    for (const number of [30, 31]) {
      await world.media.put('objects/a.exr', renderedFrame(number, attribute('channels', 'chlist', channels(...many))));
      await store.transaction((tx) => inspectionsOf(tx).add(['a.exr'], 0));
      await keeping.runDue(ours);
    }
    const [large] = await files.formerHeaders(id);
    expect(large).toMatchObject({ is_complete: false });
    expect(JSON.stringify(large).length).toBeLessThan(100_000);
    expect(await files.remove(id)).toBe(true);
    expect(await files.formerHeaders(id)).toEqual([]);
  });

  it('does again what a process left behind when it died, and changes nothing the second time', async () => {
    await register(['a.exr'], renderedFrame(1));
    let steps = 0;
    const diesAfterReading = async (): Promise<void> => {
      steps += 1;
      if (steps === 2) throw new Error('the process is gone');
    };
    await expect(inspection.runDue(diesAfterReading)).rejects.toThrow('the process is gone');
    expect(await inspection.isDue()).toBe(true);
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1 });
    expect(await inspection.isDue()).toBe(false);
    const file = await world.files.find(refOfObject('a.exr').id);
    expect(file?.audit.inspection_count).toBe(2);
    expect(await world.manager.count(EXR_FILES.name)).toBe(1);
  });

  it('puts off what may come, and at last says that it did not', async () => {
    await register(['late.exr']);
    const { failures, ...round } = await inspection.runDue(ours);
    expect(round).toMatchObject({ inspected: 0, failed: 0, postponed: 1 });
    expect(failures).toMatchObject([{ objectId: 'late.exr', error: { code: 'not_found' } }]);
    expect(await inspection.isDue()).toBe(false);
    const [entry] = await world.store.transaction((tx) => inspectionsOf(tx).due(Date.now() + 60_000, 10));
    expect(entry).toMatchObject({ objectIds: ['late.exr'], attempt: 1 });

    await world.store.transaction(async (tx) => {
      await inspectionsOf(tx).remove([entry?.id ?? '']);
      await inspectionsOf(tx).add(['late.exr'], 0, 9);
    });
    expect(await inspection.runDue(ours)).toMatchObject({ failed: 1, postponed: 0 });
    const file = await world.files.find(refOfObject('late.exr').id);
    expect(file?.failure).toMatchObject({ type: 'not_found' });
    expect(inspection.counts).toEqual({ inspected: 0, failed: 1 });
  });

  it('calls an adopted frame by its key, also where it failed at first or was known by its id', async () => {
    const frame = (number: number) => ({ storageId: world.storageId, storagePath: `shot/beauty.${number}.exr` });
    const paths = new Map([1, 2].map((number) => [adoptedId(frame(number)), frame(number).storagePath]));
    const [late = '', known = ''] = [...paths.keys()];
    await register([late, known], undefined, (id) => paths.get(id) ?? '');
    await world.media.put(frame(2).storagePath, renderedFrame(1));
    await world.files.save(refOfObject(known), await inspected(known, renderedFrame(1)), 0);
    await world.store.transaction((tx) => inspectionsOf(tx).add([late, known], 0, 9));
    await inspection.runDue(ours);
    const pathsOf = async () =>
      (await Promise.all([late, known].map((id) => world.files.find(refOfObject(id).id)))).map(
        (file) => file?.ref.path,
      );
    expect(await pathsOf()).toEqual(['s3://local/shot/beauty.1.exr', 's3://local/shot/beauty.2.exr']);
    await world.media.put(frame(1).storagePath, renderedFrame(1));
    await world.store.transaction((tx) => inspectionsOf(tx).add([late], 0));
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 1, failed: 0 });
    const frames = await world.files.frames(['s3://local/shot/beauty.#.exr']);
    expect(frames.map(({ frame: number, objectId }) => [number, objectId]).sort()).toEqual([
      [1, late],
      [2, known],
    ]);
    expect(await world.manager.count(EXR_FILES.name)).toBe(2);
  });

  it('reads two rows side by side, and ends a round that breaks when nothing of it is at work any more', async () => {
    // Rows of a hundred and of forty.
    const ids = Array.from({ length: 140 }, (_, index) => `f.${index}.exr`);
    await register(ids, renderedFrame(1));
    const { media, files } = world;
    let atWork = 0;
    let reads = 0;
    let isBroken = false;
    const get = media.get.bind(media);
    media.get = async (path, range) => {
      atWork++;
      const number = ++reads;
      // The first fails for good; the others are still at work then.
      for (let turn = 0; number > 1 && (!isBroken || turn < 20); turn++) await new Promise(setImmediate);
      atWork--;
      return get(number === 1 ? 'objects/garbage' : path, range);
    };
    await media.put('objects/garbage', Buffer.from('no EXR at all'));
    const down = new AppError('tables_unavailable', 'They are down.');
    files.saveFailure = () => {
      isBroken = true;
      return Promise.reject(down);
    };
    await expect(inspection.runDue(ours)).rejects.toBe(down);
    expect([atWork, reads]).toEqual([0, 2 * 16]);
    expect(await inspection.isDue()).toBe(true);
  });

  it('lets go of objects that are gone', async () => {
    await world.store.transaction((tx) => inspectionsOf(tx).add(['nobody-knows.exr'], 0));
    expect(await inspection.runDue(ours)).toEqual(NOTHING_DONE);
    expect(await world.manager.count(EXR_QUEUE.name)).toBe(0);
  });

  it('begins no other object when the process stops, and leaves the entry to the next one', async () => {
    await register(['a.exr', 'b.exr'], renderedFrame(1));
    expect(await inspection.runDue(ours, AbortSignal.abort())).toEqual(NOTHING_DONE);
    expect(await world.manager.count(EXR_FILES.name)).toBe(0);
    expect(await inspection.runDue(ours)).toMatchObject({ inspected: 2 });
  });

  it('keeps nothing of an object that is deleted while its header is read', async () => {
    await register(['a.exr'], renderedFrame(1));
    const { store, media, files, registry, storageId } = world;
    const get = media.get.bind(media);
    // Between this read and the writing that follows.
    media.get = async (path, range) => {
      const body = await get(path, range);
      await store.transaction((tx) => tx.objects.markReclaiming(['a.exr']));
      return body;
    };
    const places = new ExrPlaces(store, registry, [{ name: 'local', storageId, prefix: '' }], false);
    await expect(new ExrInspector(files).inspect(await places.ofObject('a.exr'))).rejects.toMatchObject({
      code: 'not_found',
    });
    await files.saveFailure(refOfObject('a.exr'), { type: 'x', message: 'y', time: created }, 0);
    expect(await world.manager.count(EXR_FILES.name)).toBe(0);
  });

  it('reads another copy where the first cannot be read, and says of all why none could', async () => {
    await register(['a.exr'], renderedFrame(1));
    const { store, registry, files, storageId, media } = world;
    const [place] = await new ExrPlaces(store, registry, [{ name: 'local', storageId, prefix: '' }], false).ofObject(
      'a.exr',
    );
    if (place === undefined) throw new Error('there is no place');
    const missing = { ...place, storagePath: 'objects/missing' };
    const down = new AppError('media_store_unavailable', 'It is down.');
    const broken = {
      ...place,
      store: Object.assign(Object.create(media) as typeof media, { get: () => Promise.reject(down) }),
    };
    const inspector = new ExrInspector(files);
    const read = await inspector.inspect([missing, broken, place]);
    expect([read.persistence?.outcome, read.file.key]).toEqual(['created', place.storagePath]);
    // It may lie where nobody could look.
    await expect(inspector.inspect([broken, missing])).rejects.toBe(down);
    await expect(inspector.inspect([missing, broken])).rejects.toBe(down);
    await expect(inspector.inspect([missing, missing])).rejects.toMatchObject({ code: 'not_found' });
    const garbage = { ...place, storagePath: 'objects/garbage' };
    await media.put(garbage.storagePath, Buffer.from('no EXR at all'));
    await expect(inspector.inspect([garbage, place])).rejects.toMatchObject({ code: 'invalid_exr' });
  });
});

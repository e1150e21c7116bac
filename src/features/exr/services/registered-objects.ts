import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from '../../../formats/exr/header/byte-source.ts';
import { ExrError } from '../../../formats/exr/header/exr-error.ts';
import type { ObjectBeginning } from '../../../media/media-source.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';
import type { Subscriber } from '../../../tams/subscribers.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { isIn } from '../../../vastdb/predicate/builder.ts';
import { EXR_FILES } from '../exr-tables.ts';
import { lockKey, saveInspections } from '../repositories/file-writing.ts';
import { InspectionQueueRepository } from '../repositories/inspection-queue-repository.ts';
import { type InspectedFile, refOfKey } from '../rules/exr-file.ts';
import { describePlace } from './exr-inspector.ts';
import type { ExrPlaces } from './exr-places.ts';
import { EXR_MEDIA_TYPE } from '../../../formats/exr/frame-name.ts';

/** Headers that are parsed before others have the event loop. */
const TURN = 50;

/** A header is longer than what was read of it. */
class BeyondBeginning extends Error {}

/**
 * Takes the EXR objects of registered segments: those whose header was read just now are kept in the same transaction, the
 * others are queued for inspection with one insert.
 */
export const registeredObjects =
  (places: ExrPlaces, keepsHistory: boolean): NonNullable<Subscriber['segmentsRegistered']> =>
  async (rows, flow, objects, beginnings) => {
    const own = objects.filter((object) => isExr(flow.container, object));
    if (own.length === 0) return;
    const read = new Map<string, InspectedFile>();
    for (const [index, object] of own.entries()) {
      const beginning = beginnings.get(object.id);
      const file = beginning && (await readBeginning(places, object, beginning));
      if (file !== undefined) read.set(object.id, file);
      if (index % TURN === TURN - 1) await nextTurn();
    }
    if (read.size > 0) {
      for (const id of await objectsInspectedByKey(rows, read)) read.delete(id);
      await saveInspections(rows, [...read.values()], Date.now(), keepsHistory);
    }
    const queued = own.flatMap(({ id }) => (read.has(id) ? [] : id));
    if (queued.length > 0) await new InspectionQueueRepository(rows).add(queued, Date.now());
  };

/** @returns undefined where the header has to be read anew: then its failure is noted there, too. */
async function readBeginning(
  places: ExrPlaces,
  object: MediaObject,
  { bytes, info }: ObjectBeginning,
): Promise<InspectedFile | undefined> {
  const [place] = places.of(object);
  if (place === undefined) return undefined;
  const source: ByteSource = {
    size: info.size,
    read: async (offset, length) => {
      const kept = bytes.subarray(offset, offset + length);
      if (kept.length < length) throw new BeyondBeginning();
      return kept;
    },
  };
  try {
    return { file: place.ref, found: await describePlace(place, source, info.lastModified) };
  } catch (error) {
    if (error instanceof BeyondBeginning || error instanceof ExrError) return undefined;
    throw error;
  }
}

/** An event may have told of a key since its object was read, and had it inspected before it was an object. */
async function objectsInspectedByKey(
  rows: ManagedTransaction,
  read: ReadonlyMap<string, InspectedFile>,
): Promise<readonly string[]> {
  const objects = new Map<string, string>();
  for (const [objectId, { found }] of read) {
    const { bucket, key } = found.inspection.file;
    if (bucket !== null && key !== null) objects.set(refOfKey(bucket, key).id, objectId);
  }
  const ids = [...objects.keys()];
  // An inspection that is committed while this transaction runs is in no snapshot of it.
  await rows.lock(ids.map(lockKey));
  const where = isIn('id', ids);
  const found = await rows.select({ table: EXR_FILES, columns: ['id'], where });
  return found.rows.flatMap(([id]) => objects.get(id) ?? []);
}

export const isExrName = (name: string): boolean => name.toLowerCase().endsWith('.exr');

/** Whether to inspect an object of a flow: by the flow's container, or the object's name. */
const isExr = (container: string | null, { id, locations }: MediaObject): boolean =>
  locations !== null && (container === EXR_MEDIA_TYPE || isExrName(id));

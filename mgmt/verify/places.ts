import { INSTANCE_JOBS } from '../../src/tams/objects/instance-tables.ts';
import { unpackLocations } from '../../src/tams/objects/object-location.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import { SEGMENTS } from '../../src/tams/segments/segment-tables.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import { eq, isIn } from '../../src/vastdb/predicate/builder.ts';
import { SEGMENT_TABLES } from '../features.ts';
import { checkRows, type Part } from './row-check.ts';

/** Segments of a table, the trash included, whose object lies elsewhere. */
const placesIn = (table: string, subject: string): Part => ({
  table,
  column: 'object_id',
  subject,
  look: async (reader, keys) => {
    const objects = await locationsOf(reader, keys);
    const columns = ['object_id', 'locations'];
    const { rows } = await reader.select({ table, columns, where: isIn('object_id', keys), distinct: true });
    // Objects without a row are another check's.
    const wrong = rows.filter(([id, locations]) => objects.has(String(id)) && objects.get(String(id)) !== locations);
    return new Map(wrong.map(([id]) => [String(id), 'segments show other instances of it than it has']));
  },
  repair: {
    does: 'has them show its instances',
    mend: async (tx, keys) => {
      const objects = await locationsOf(tx, keys);
      for (const [id, locations] of objects) await tx.update(table, eq('object_id', id), { locations });
    },
  },
});

async function locationsOf(reader: ManagedReader, ids: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await reader.select({ table: OBJECTS, columns: ['id', 'locations'], where: isIn('id', ids) });
  return new Map(rows);
}

export const segmentPlaces = checkRows(
  'segment-places',
  'segments show the instances that their objects have',
  placesIn(SEGMENTS.name, 'object'),
  ...SEGMENT_TABLES.map(({ name, place }) => placesIn(name, `object (${place})`)),
);

/** Bytes that are to be made or deleted for an instance that its object has: they would be lost. */
export const instanceJobs = checkRows('instance-jobs', 'no instance that an object has is to be made or deleted', {
  table: INSTANCE_JOBS.name,
  column: 'storage_path',
  subject: 'the instance at',
  look: async (reader, keys) => {
    const { rows } = await reader.select({
      table: INSTANCE_JOBS,
      columns: ['object_id', 'storage_id', 'storage_path', 'task'],
      where: isIn('storage_path', keys),
    });
    const objects = await locationsOf(
      reader,
      rows.map(([objectId]) => objectId),
    );
    const wrong = rows.filter(([objectId, storageId, path]) =>
      unpackLocations(objects.get(objectId) ?? null).some(
        (place) => place.storageId === storageId && place.storagePath === path,
      ),
    );
    return new Map(wrong.map(([objectId, , path, task]) => [path, `${task}: object ${objectId} has it`]));
  },
  repair: {
    does: 'drops the job',
    mend: async (tx, keys) => {
      await tx.delete(INSTANCE_JOBS, isIn('storage_path', keys));
    },
  },
});

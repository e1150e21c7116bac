import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import { SEGMENTS } from '../../src/tams/segments/segment-tables.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import { and, eq, isIn, isNotNull } from '../../src/vastdb/predicate/builder.ts';
import { SEGMENT_TABLES } from '../features.ts';
import { checkRows, missingFrom, type Part, presentIn, withoutOwner } from './row-check.ts';

/** The objects of segments, of the trash too: restored segments need theirs. */
const objectsOf = (table: string, subject: string): Part => ({
  table,
  column: 'object_id',
  subject,
  look: async (reader, keys) => {
    const problems = await objectProblems(reader, keys);
    // Not those whose last segment went meanwhile.
    const used = await presentIn(reader, table, 'object_id', [...problems.keys()]);
    return new Map([...problems].filter(([key]) => used.has(key)));
  },
  repair: {
    does: 'rebuilds the row of the object from that of a segment, and marks the object as used',
    mend: (tx, keys) => mendObjects(tx, table, keys),
  },
});

async function objectProblems(reader: ManagedReader, keys: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await reader.select({
    table: OBJECTS,
    columns: ['id', 'referenced', 'reclaiming'],
    where: isIn('id', keys),
  });
  const objects = new Map(rows.map(([id, ...state]) => [id, state]));
  const problems = missingFrom(new Set(objects.keys()), keys, 'segments use it, and it has no row');
  for (const [id, [referenced, reclaiming]] of objects) {
    if (reclaiming) problems.set(id, 'segments use it, and it is being reclaimed');
    else if (!referenced) problems.set(id, 'segments use it, and its row says that none ever did');
  }
  return problems;
}

async function mendObjects(tx: ManagedTransaction, table: string, keys: readonly string[]): Promise<void> {
  const present = await presentIn(tx, OBJECTS.name, 'id', keys);
  for (const key of keys) {
    if (present.has(key)) {
      await tx.update(OBJECTS, eq('id', key), { referenced: true, reclaiming: false });
      continue;
    }
    const { rows } = await tx.select({
      table,
      columns: ['flow_id', 'locations', 'external_urls', 'init_object_id'],
      where: eq('object_id', key),
      limit: 1,
    });
    const [flow, locations = null, urls = null, init = null] = rows[0] ?? [];
    if (flow === undefined) continue;
    const cells = [key, flow, locations, urls, true, false, init];
    const columns = ['id', 'first_flow', 'locations', 'external_urls', 'referenced', 'reclaiming', 'init_object_id'];
    await tx.insertArrays(OBJECTS.name, columns, [cells]);
  }
}

export const segmentObjects = checkRows(
  'segment-objects',
  'objects that segments use have a row, and are not on their way out',
  objectsOf(SEGMENTS.name, 'object'),
  ...SEGMENT_TABLES.map(({ name, place }) => objectsOf(name, `object (${place})`)),
  withoutOwner({
    table: OBJECTS.name,
    column: 'init_object_id',
    where: isNotNull('init_object_id'),
    subject: 'initialisation segment',
    owners: OBJECTS.name,
    problem: 'media objects need it, and it has no row; register them anew with another one',
  }),
);

export const segmentFlows = checkRows(
  'segment-flows',
  'segments belong to a flow',
  withoutOwner({
    table: SEGMENTS.name,
    column: 'flow_id',
    subject: 'segments of flow',
    owners: FLOWS.name,
    problem: 'there is no such flow; make it by PUT /flows/{id}, and delete it if it is not wanted',
  }),
);

export const notDeleting = (ids: readonly string[]): ReturnType<typeof and> =>
  and([isIn('id', ids), eq('deleting', false)]);

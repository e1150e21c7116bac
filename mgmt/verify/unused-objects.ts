import { OBJECTS, RECLAIM_QUEUE } from '../../src/tams/objects/object-tables.ts';
import { SEGMENTS } from '../../src/tams/segments/segment-tables.ts';
import { SEGMENT_TABLES } from '../features.ts';
import { checkRows, presentIn } from './row-check.ts';

/** Objects that nothing uses and nobody will ever reclaim. */
export const unusedObjects = checkRows('unused-objects', 'objects are used, or wait for their reclaim', {
  table: OBJECTS.name,
  column: 'id',
  subject: 'object',
  look: async (reader, keys) => {
    let left = keys;
    for (const { name } of [SEGMENTS, RECLAIM_QUEUE, ...SEGMENT_TABLES]) {
      const present = await presentIn(reader, name, 'object_id', left);
      left = left.filter((key) => !present.has(key));
    }
    const needed = await presentIn(reader, OBJECTS.name, 'init_object_id', left);
    left = left.filter((key) => !needed.has(key));
    const rows = await presentIn(reader, OBJECTS.name, 'id', left);
    return new Map([...rows].map((key) => [key, 'no segment uses it, and it does not wait for its reclaim']));
  },
  repair: {
    does: 'has it reclaimed by the server, with its bytes',
    mend: async (tx, keys) => {
      const due = BigInt(Date.now());
      const rows = keys.map((key) => [due, key, 'dropped'] as const);
      await tx.insertArrays(RECLAIM_QUEUE, ['due_ms', 'object_id', 'reason'], rows);
    },
  },
});

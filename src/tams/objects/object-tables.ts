import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { ExternalUrl } from '../segments/segment.ts';
import type { ReclaimReason } from '../store.ts';

export const OBJECTS = defineTable({
  name: 'objects',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'first_flow', type: 'string', required: true },
    { name: 'first_life', type: 'string' },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: json<readonly ExternalUrl[]>() },
    { name: 'referenced', type: 'bool', required: true },
    { name: 'reclaiming', type: 'bool', required: true },
    { name: 'is_init', type: 'bool' },
    { name: 'content_type', type: 'string' },
    { name: 'plain_upload', type: 'bool' },
    { name: 'init_object_id', type: 'string' },
    { name: 'timerange', type: 'string' },
    { name: 'timerange_declared', type: 'bool' },
    { name: 'key_frame_count', type: 'int64' },
    { name: 'adopted_at', type: 'string' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['init_object_id'], sparse: true },
  ],
});

/** Ids whose storage paths may not be made again: of objects that were reclaimed, for longer than the date in a path lasts. */
export const RECLAIMED_IDS = defineTable({
  name: 'reclaimed_ids',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'until_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['id'] }, { columns: ['until_ms'] }],
});

export const RECLAIM_QUEUE = defineTable({
  name: 'reclaim_queue',
  columns: [
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'reason', type: text<ReclaimReason>(), required: true },
  ],
  indexes: [{ columns: ['due_ms'] }, { columns: ['object_id'] }],
});

import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { ExternalUrl } from '../segments/segment.ts';

/**
 * Why an object may be unused: no segment used it since it was allocated, or its last segment went
 * (`dropped`), or its deletion was begun (`reclaiming`) and may have failed.
 */
export type ReclaimReason = 'allocated' | 'dropped' | 'reclaiming';

export const OBJECTS = defineTable({
  name: 'objects',
  doc: 'Media objects and initialisation segments: one row each.',
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
    { columns: ['adopted_at'], sparse: true },
  ],
  // By the first segment of an object that was allocated.
  oftenUpdated: true,
  internal: ['first_life', 'content_type', 'plain_upload', 'timerange', 'timerange_declared', 'key_frame_count'],
  docs: {
    id: 'Id of the object.',
    first_flow: 'Flow that it was made for, or that registered it.',
    first_life: 'Life of that flow; null: its id.',
    locations:
      'Copies: a line each, with the id of the storage backend, a space and the key. Null for an external object.',
    external_urls: 'URLs of media elsewhere, as a JSON array; null: none.',
    referenced: 'Whether a segment ever used it; until then it is only allocated.',
    reclaiming: 'Whether it is being deleted: then it is not shown any more.',
    is_init: 'Whether it is an initialisation segment; null is false.',
    content_type: 'Media type of an initialisation segment, where it is not the container of its flow.',
    plain_upload: 'Whether it may be uploaded without a signature; null is false.',
    init_object_id: 'Initialisation segment that it needs.',
    timerange: 'Range of its samples on its own timeline, as text of TAMS.',
    timerange_declared: 'Whether a client gave that range; else it is inferred from segments.',
    key_frame_count: 'Key frames in it, where a client told.',
    adopted_at: 'The one of its locations whose bytes this server did not write, and never deletes.',
  },
});

/** Ids whose storage paths may not be made again: of objects that were reclaimed, for longer than the date in a path lasts. */
export const RECLAIMED_IDS = defineTable({
  name: 'reclaimed_ids',
  doc: 'Ids of objects that were deleted, which are not given again for a while.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'until_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['id'] }, { columns: ['until_ms'] }],
  internal: true,
  docs: {
    id: 'Id of the object.',
    until_ms: 'When it is forgotten.',
  },
});

export const RECLAIM_QUEUE = defineTable({
  name: 'reclaim_queue',
  doc: 'Objects that nothing uses any more.',
  columns: [
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'reason', type: text<ReclaimReason>(), required: true },
  ],
  indexes: [{ columns: ['due_ms'] }, { columns: ['object_id'] }],
  internal: true,
  docs: {
    due_ms: 'When the object is looked at (again).',
    object_id: 'The object.',
    reason: 'Why it is here.',
  },
});

import type { TableDefinition } from '../vastdb/engine.ts';

/**
 * The tables of VastStore. Columns are for searching, sorting, and changes of single rows. Everything else of an entity
 * is in its `document`, the JSON that a GET answers with.
 */

/** `life`: docs/adr/0022-lives-of-a-flow.md. */
export const FLOWS: TableDefinition = {
  name: 'flows',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'life', type: 'string' },
    { name: 'source_id', type: 'string', required: true },
    { name: 'format', type: 'string', required: true },
    { name: 'codec', type: 'string' },
    { name: 'container', type: 'string' },
    { name: 'label', type: 'string' },
    { name: 'frame_width', type: 'int64' },
    { name: 'frame_height', type: 'int64' },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'read_only', type: 'bool', required: true },
    { name: 'deleting', type: 'bool', required: true },
    { name: 'active_deletions', type: 'int32', required: true },
    { name: 'content_start_ns', type: 'int64' },
    { name: 'content_end_ns', type: 'int64' },
    { name: 'content_covered_ns', type: 'int64' },
    { name: 'content_longest_ns', type: 'int64' },
    { name: 'content_segments', type: 'int64' },
    { name: 'segments_updated', type: 'string' },
    { name: 'segments_version', type: 'int64', required: true },
    { name: 'auth_classes', type: 'string' },
    { name: 'document', type: 'string', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['life'] },
    { columns: ['created_ns', 'id'] },
    { columns: ['source_id', 'created_ns', 'id'] },
    { columns: ['label', 'created_ns', 'id'], equalityOnly: ['label'] },
  ],
};

export const SOURCES: TableDefinition = {
  name: 'sources',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'format', type: 'string', required: true },
    { name: 'label', type: 'string' },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'auth_classes', type: 'string' },
    { name: 'document', type: 'string', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['created_ns', 'id'] },
    { columns: ['label', 'created_ns', 'id'], equalityOnly: ['label'] },
  ],
};

const tagTable = (name: string): TableDefinition => ({
  name,
  columns: [
    { name: 'owner_id', type: 'string', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'value', type: 'string', required: true },
  ],
  sortKey: ['owner_id', 'name'],
  indexes: [{ columns: ['name', 'value'], equalityOnly: ['name', 'value'] }],
});

/** An index over the tags in the documents. */
export const FLOW_TAGS = tagTable('flow_tags');
export const SOURCE_TAGS = tagTable('source_tags');

/** An index over `flow_collection` in the flows' documents, for both directions. */
export const FLOW_COLLECTION_MEMBERS: TableDefinition = {
  name: 'flow_collection_members',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'position', type: 'int64', required: true },
    { name: 'member_id', type: 'string', required: true },
    { name: 'role', type: 'string', required: true },
  ],
  sortKey: ['flow_id', 'position'],
  indexes: [{ columns: ['member_id'] }],
};

/** Kept together by flow and time: a window of a flow is read sequentially, however long the flow is. */
export const SEGMENTS: TableDefinition = {
  name: 'segments',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: 'string' },
    { name: 'fragment', type: 'string', required: true },
  ],
  sortKey: ['flow_id', 'start_ns'],
  indexes: [{ columns: ['object_id'] }],
};

export const OBJECTS: TableDefinition = {
  name: 'objects',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'first_flow', type: 'string', required: true },
    { name: 'first_life', type: 'string' },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: 'string' },
    { name: 'referenced', type: 'bool', required: true },
    { name: 'reclaiming', type: 'bool', required: true },
  ],
  indexes: [{ columns: ['id'], unique: true }],
};

/**
 * Ids of reclaimed objects, whose storage paths must not be made again; kept for longer than the date in a path lasts.
 */
export const RECLAIMED_IDS: TableDefinition = {
  name: 'reclaimed_ids',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'until_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['id'] }, { columns: ['until_ms'] }],
};

export const RECLAIM_QUEUE: TableDefinition = {
  name: 'reclaim_queue',
  columns: [
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'reason', type: 'string', required: true },
  ],
  indexes: [{ columns: ['due_ms'] }, { columns: ['object_id'] }],
};

export const DELETION_REQUESTS: TableDefinition = {
  name: 'deletion_requests',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'flow_id', type: 'string', required: true },
    { name: 'object_id', type: 'string' },
    { name: 'timerange_to_delete', type: 'string', required: true },
    { name: 'timerange_remaining', type: 'string', required: true },
    { name: 'delete_flow', type: 'bool', required: true },
    { name: 'status', type: 'string', required: true },
    { name: 'created', type: 'string', required: true },
    { name: 'created_by', type: 'string', required: true },
    { name: 'updated', type: 'string', required: true },
    { name: 'expiry_ms', type: 'int64' },
    { name: 'error', type: 'string' },
    { name: 'auth_classes', type: 'string' },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['flow_id'] }],
};

export const WEBHOOKS: TableDefinition = {
  name: 'webhooks',
  columns: [
    { name: 'identity', type: 'string', required: true },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'sealed_api_key', type: 'string' },
    { name: 'document', type: 'string', required: true },
    { name: 'revision', type: 'string' },
    { name: 'position', type: 'int64' },
    { name: 'done', type: 'string' },
    { name: 'troubled_since_ms', type: 'int64' },
    { name: 'failure', type: 'string' },
    { name: 'owner', type: 'string' },
    { name: 'classes', type: 'string' },
  ],
  indexes: [{ columns: ['identity'], unique: true }],
};

/** The outbox and, once they have a position, the log of the events that registrations wait for. */
export const EVENTS: TableDefinition = {
  name: 'events',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'position', type: 'int64' },
    { name: 'order_ns', type: 'int64', required: true },
    { name: 'subject', type: 'string', required: true },
    { name: 'type', type: 'string', required: true },
    { name: 'time', type: 'string', required: true },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'scope', type: 'string', required: true },
    { name: 'payload', type: 'string', required: true },
  ],
  indexes: [{ columns: ['position', 'order_ns'] }, { columns: ['subject', 'position', 'order_ns'] }],
};

export const COUNTERS: TableDefinition = {
  name: 'counters',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
};

export const LEASES: TableDefinition = {
  name: 'leases',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'owner', type: 'string', required: true },
    { name: 'expires_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
};

export const SERVICE_INFO: TableDefinition = {
  name: 'service_info',
  columns: [
    { name: 'key', type: 'string', required: true },
    { name: 'document', type: 'string', required: true },
  ],
  indexes: [{ columns: ['key'], unique: true }],
};

export const VAST_STORE_TABLES: readonly TableDefinition[] = [
  FLOWS,
  SOURCES,
  FLOW_TAGS,
  SOURCE_TAGS,
  FLOW_COLLECTION_MEMBERS,
  SEGMENTS,
  OBJECTS,
  RECLAIMED_IDS,
  RECLAIM_QUEUE,
  DELETION_REQUESTS,
  WEBHOOKS,
  EVENTS,
  COUNTERS,
  LEASES,
  SERVICE_INFO,
];

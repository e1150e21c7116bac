import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { AssetStatus, RecommendedAction, TriageState } from './rules/asset.ts';
import type { JobStatus } from './rules/job.ts';
import type { VersionStatus, Visibility } from './rules/version.ts';

/** The tables of media search; docs/adr/0017-media-search.md says how they hang together. */

export const ASSETS = defineTable({
  name: 'search_assets',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'bucket', type: 'string', required: true },
    { name: 'key', type: 'string', required: true },
    { name: 'current_version_id', type: 'string' },
    { name: 'status', type: text<AssetStatus>(), required: true },
    { name: 'triage_state', type: text<TriageState>(), required: true },
    { name: 'recommended_action', type: text<RecommendedAction>() },
    { name: 'engine', type: 'string' },
    { name: 'last_error', type: 'string' },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'size_bytes', type: 'int64' },
    { name: 'content_type', type: 'string' },
    { name: 'etag', type: 'string' },
    { name: 'duration_ns', type: 'int64' },
    { name: 'codec', type: 'string' },
    { name: 'flow_id', type: 'string' },
    { name: 'flow_life', type: 'string' },
    { name: 'source_id', type: 'string' },
    { name: 'offset_ns', type: 'int64' },
    { name: 'tombstoned_ms', type: 'int64' },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'updated_ms', type: 'int64', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['bucket', 'key'], unique: true },
    // Listings are in the order of creation, whatever they are filtered by.
    { columns: ['created_ms', 'id'] },
    { columns: ['bucket', 'created_ms', 'id'] },
    { columns: ['status', 'created_ms', 'id'] },
    { columns: ['triage_state', 'created_ms', 'id'] },
    { columns: ['flow_id'] },
    { columns: ['source_id'] },
    { columns: ['tombstoned_ms'] },
  ],
});

export const VERSIONS = defineTable({
  name: 'search_versions',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'etag', type: 'string', required: true },
    { name: 'size_bytes', type: 'int64' },
    { name: 'status', type: text<VersionStatus>(), required: true },
    { name: 'publish_state', type: text<Visibility>(), required: true },
    { name: 'segment_visibility', type: text<Visibility>(), required: true },
    { name: 'embedding_visibility', type: text<Visibility>(), required: true },
    { name: 'language', type: 'string' },
    { name: 'transcript_hash', type: 'string' },
    { name: 'embedding_model', type: 'string' },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'updated_ms', type: 'int64', required: true },
    { name: 'published_ms', type: 'int64' },
    { name: 'retired_ms', type: 'int64' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['asset_id'] },
    { columns: ['retired_ms'] },
    { columns: ['publish_state', 'embedding_model'] },
  ],
});

/** `words` is null once the single segment was removed: nothing finds it any more. */
export const SEGMENTS = defineTable({
  name: 'search_segments',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'version_id', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'chunking', type: 'string', required: true },
    { name: 'position', type: 'int32', required: true },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'text', type: 'string', required: true },
    { name: 'speaker', type: 'string' },
    { name: 'confidence', type: 'float64' },
    { name: 'deleted_ms', type: 'int64' },
    { name: 'words', type: 'string' },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['version_id', 'start_ns'] }],
  fullText: 'words',
});

/** @param dimension of the vectors; it is part of the table, so another dimension needs another installation. */
export const EMBEDDINGS = defineTable({
  name: 'search_embeddings',
  columns: [
    { name: 'segment_id', type: 'string', required: true },
    { name: 'version_id', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'model', type: 'string', required: true },
    { name: 'dimension', type: 'int32', required: true },
    { name: 'vector', type: 'vector', required: true },
    { name: 'deleted_ms', type: 'int64' },
  ],
  indexes: [{ columns: ['segment_id', 'model'], unique: true, keysOnly: true }, { columns: ['version_id'] }],
});

/** @param dimension of the vectors; it is part of the table, so another dimension needs another installation. */
const embeddingTable = (dimension: number): TableDefinition => ({
  ...EMBEDDINGS,
  columns: EMBEDDINGS.columns.map((column) => (column.type === 'vector' ? { ...column, dimension } : column)),
});

const visibleTable = (name: string) =>
  defineTable({
    name,
    columns: [
      { name: 'version_id', type: 'string', required: true },
      { name: 'asset_id', type: 'string', required: true },
      { name: 'bucket', type: 'string', required: true },
      { name: 'flow_id', type: 'string' },
      { name: 'flow_life', type: 'string' },
      { name: 'source_id', type: 'string' },
      { name: 'language', type: 'string' },
      { name: 'offset_ns', type: 'int64', required: true },
      { name: 'revision', type: 'int64', required: true },
    ],
    indexes: [
      { columns: ['version_id'], unique: true },
      { columns: ['asset_id'], unique: true },
      { columns: ['flow_id'] },
    ],
  });

export type VisibleTable = ReturnType<typeof visibleTable>;

/** One row for each asset of which something may be found; written by `publication.ts` alone. */
export const VISIBLE_SEGMENTS = visibleTable('search_visible_segments');
export const VISIBLE_EMBEDDINGS = visibleTable('search_visible_embeddings');

export const STATE = defineTable({
  name: 'search_state',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
});

/** `due_ms`: from when on the job may be taken; see `table-job-queue.ts`. */
export const JOBS = defineTable({
  name: 'search_jobs',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'idempotency_key', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'version_id', type: 'string' },
    { name: 'engine_policy', type: 'string' },
    { name: 'data', type: 'string', required: true },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'status', type: text<JobStatus>(), required: true },
    { name: 'last_error', type: 'string' },
    { name: 'due_ms', type: 'int64', required: true },
    { name: 'lease_token', type: 'string' },
    { name: 'enqueued_ms', type: 'int64', required: true },
    { name: 'scheduled_ms', type: 'int64', required: true },
    { name: 'started_ms', type: 'int64' },
    { name: 'completed_ms', type: 'int64' },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['idempotency_key'], unique: true },
    { columns: ['due_ms'] },
    { columns: ['status'] },
    { columns: ['version_id'] },
  ],
});

export const DEAD_LETTERS = defineTable({
  name: 'search_dead_letters',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'job_id', type: 'string', required: true },
    { name: 'asset_id', type: 'string', required: true },
    { name: 'version_id', type: 'string' },
    { name: 'error_code', type: 'string', required: true },
    { name: 'message', type: 'string', required: true },
    { name: 'retryable', type: 'bool', required: true },
    { name: 'attempt', type: 'int32', required: true },
    { name: 'job_data', type: 'string', required: true },
    { name: 'logs', type: 'string' },
    { name: 'created_ms', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['id'], unique: true }, { columns: ['created_ms', 'id'] }],
});

/** Objects that a subscription has notified of. */
export const WATCHED_OBJECTS = defineTable({
  name: 'search_watched_objects',
  columns: [
    { name: 'subscription', type: 'string', required: true },
    { name: 'key', type: 'string', required: true },
    { name: 'etag', type: 'string', required: true },
    { name: 'size_bytes', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['subscription', 'key'], unique: true }],
});

export type AssetRow = RowOf<typeof ASSETS>;
export type VersionRow = RowOf<typeof VERSIONS>;
export type SegmentRow = RowOf<typeof SEGMENTS>;
export type JobRow = RowOf<typeof JOBS>;
export type DeadLetterRow = RowOf<typeof DEAD_LETTERS>;

export const searchTables = (dimension: number): readonly TableDefinition[] => [
  ASSETS,
  VERSIONS,
  SEGMENTS,
  embeddingTable(dimension),
  VISIBLE_SEGMENTS,
  VISIBLE_EMBEDDINGS,
  STATE,
  JOBS,
  DEAD_LETTERS,
  WATCHED_OBJECTS,
];

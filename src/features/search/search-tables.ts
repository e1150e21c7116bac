import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { AssetStatus, RecommendedAction, TriageState } from './rules/asset.ts';
import { DEAD_LETTERS, JOBS, WATCHED_OBJECTS } from './search-job-tables.ts';
import type { VersionStatus, Visibility } from './rules/version.ts';

/** The tables of media search; docs/adr/0017-media-search.md says how they hang together. */

export const ASSETS = defineTable({
  name: 'search_assets',
  doc: 'Media whose words can be searched: one row for each key.',
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
  internal: ['triage_state', 'recommended_action', 'engine', 'last_error', 'attempt', 'etag', 'flow_life'],
  docs: {
    id: 'Hash of bucket and key.',
    bucket: 'Bucket.',
    key: 'Key.',
    current_version_id: 'Version that is found.',
    status: 'State of the indexing.',
    triage_state: 'Whether a person has to decide about it.',
    recommended_action: 'A remedy where it failed.',
    engine: 'Where the transcript comes from.',
    last_error: 'The last failure.',
    attempt: 'Attempts of the job.',
    size_bytes: 'Size of the object.',
    content_type: 'Media type of the object.',
    etag: 'ETag of the object and of its transcripts.',
    duration_ns: 'Duration of the medium.',
    codec: 'Coding of the medium.',
    flow_id: 'Flow that the medium lies on.',
    flow_life: 'Life of that flow.',
    source_id: 'Source of that flow.',
    offset_ns: 'Where the time 0 of the medium lies on the timeline of the flow.',
    tombstoned_ms: 'When the object was removed; null: it is there.',
    created_ms: 'When it was first seen.',
    updated_ms: 'When the row last changed.',
  },
});

export const VERSIONS = defineTable({
  name: 'search_versions',
  doc: 'Contents of assets: a changed object or transcript is a new version.',
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
  internal: ['size_bytes', 'status', 'transcript_hash', 'updated_ms', 'retired_ms'],
  docs: {
    id: 'Hash of asset and ETag.',
    asset_id: 'The asset.',
    etag: 'ETag of the object and of its transcripts.',
    size_bytes: 'Size of the object.',
    status: 'State of the indexing.',
    publish_state: 'STAGING, ACTIVE, ARCHIVED or SOFT_DELETED.',
    segment_visibility: 'The same of its segments.',
    embedding_visibility: 'The same of its vectors.',
    language: 'Language of the speech, as BCP 47.',
    transcript_hash: 'Hash of the transcript.',
    embedding_model: 'Model that made a vector of each segment; null: none did.',
    created_ms: 'When it was made.',
    updated_ms: 'When the row last changed.',
    published_ms: 'When it was published.',
    retired_ms: 'When another took its place, or it was removed.',
  },
});

/** `words` is null once the single segment was removed: nothing finds it any more. */
export const SEGMENTS = defineTable({
  name: 'search_segments',
  doc: 'Segments of transcripts. Those that may be found are of versions in `search_visible_segments`.',
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
  internal: ['chunking', 'words'],
  docs: {
    id: 'Hash of version, chunking and position.',
    version_id: 'Version that it belongs to.',
    asset_id: 'Asset that it belongs to.',
    chunking: 'How the transcript was cut.',
    position: 'Place in the transcript.',
    start_ns: 'Begin, in the time of the medium.',
    end_ns: 'End, in the time of the medium, exclusive.',
    text: 'The words.',
    speaker: 'The name of the speaker.',
    confidence: 'How sure the recogniser is, from 0 to 1.',
    deleted_ms: 'When it was removed by itself; null: it was not.',
    words: 'The text, folded, for the search; null once it was removed.',
  },
});

/** @param dimension of the vectors; it is part of the table, so another dimension needs another installation. */
export const EMBEDDINGS = defineTable({
  name: 'search_embeddings',
  doc: 'Vectors of segments of transcripts. `SEARCH_EMBEDDING_DIMENSION` says how many elements they have.',
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
  internal: false,
  docs: {
    segment_id: 'Segment of the vector.',
    version_id: 'Version that it belongs to.',
    asset_id: 'Asset that it belongs to.',
    model: 'Model that made it.',
    dimension: 'Elements of the vector.',
    vector: 'The vector.',
    deleted_ms: 'When it was removed by itself; null: it was not.',
  },
});

/** @param dimension of the vectors; it is part of the table, so another dimension needs another installation. */
const embeddingTable = (dimension: number): TableDefinition => ({
  ...EMBEDDINGS,
  columns: EMBEDDINGS.columns.map((column) => (column.type === 'vector' ? { ...column, dimension } : column)),
});

const visibleTable = (name: string) =>
  defineTable({
    name,
    doc: 'Versions that a search finds: one row for each such asset.',
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
    internal: ['flow_life', 'revision'],
    docs: {
      version_id: 'The version.',
      asset_id: 'The asset.',
      bucket: 'Bucket of the asset.',
      flow_id: 'Flow that the medium lies on.',
      flow_life: 'Life of that flow.',
      source_id: 'Source of that flow.',
      language: 'Language of the speech.',
      offset_ns: 'Where the time 0 of the medium lies on the timeline of the flow; 0 without a flow.',
      revision: 'Rises with each change.',
    },
  });

export type VisibleTable = ReturnType<typeof visibleTable>;

/** One row for each asset of which something may be found; written by `publication.ts` alone. */
export const VISIBLE_SEGMENTS = visibleTable('search_visible_segments');
export const VISIBLE_EMBEDDINGS = visibleTable('search_visible_embeddings');

export const STATE = defineTable({
  name: 'search_state',
  doc: 'Counters of the search.',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
  internal: true,
  docs: {
    name: 'Name of the counter.',
    value: 'Its value.',
  },
});

export type AssetRow = RowOf<typeof ASSETS>;
export type VersionRow = RowOf<typeof VERSIONS>;
export type SegmentRow = RowOf<typeof SEGMENTS>;

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

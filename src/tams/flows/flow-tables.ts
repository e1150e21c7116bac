import type { WrittenNumbers } from './flow-state.ts';
import { defineTable, json, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { FormatUrn } from '../documents/format.ts';
import { SORT_DEFINITIONS, SORT_DOCS, SORT_INDEXES } from '../documents/sort-keys.ts';
import { tagItemTable, tagTable } from '../documents/tag-index.ts';
import type { Flow } from './flow.ts';

/** Columns are what is searched or sorted by, and what one row's change needs; the metadata are in `document`. `life`: docs/adr/0022-lives-of-a-flow.md. */
export const FLOWS = defineTable({
  name: 'flows',
  doc: 'Flows: one row each. Metadata to search or sort by have columns; all of them are in `document`.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'life', type: 'string' },
    { name: 'source_id', type: 'string', required: true },
    { name: 'format', type: text<FormatUrn>(), required: true },
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
    { name: 'status', type: 'string' },
    { name: 'profile_id', type: 'string' },
    { name: 'init_segments', type: 'bool' },
    { name: 'segment_numbers', type: json<WrittenNumbers>() },
    ...SORT_DEFINITIONS,
    { name: 'document', type: json<Flow>(), required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['life'] },
    { columns: ['created_ns', 'id'] },
    { columns: ['source_id', 'created_ns', 'id'] },
    { columns: ['label', 'created_ns', 'id'], equalityOnly: ['label'] },
    ...SORT_INDEXES,
    { columns: ['source_id', 'sort_created'] },
    { columns: ['profile_id', 'sort_created'] },
  ],
  internal: [
    'life',
    'active_deletions',
    'content_covered_ns',
    'content_longest_ns',
    'segments_version',
    'init_segments',
    'segment_numbers',
    'sort_created',
    'sort_updated',
    'sort_label',
    'spread',
  ],
  docs: {
    id: 'Id of the flow: a UUID.',
    life: 'Tells the flow from an earlier one of the same id; null: its life is its id.',
    source_id: 'Source of the flow.',
    format: 'Format, as a URN of TAMS.',
    codec: 'Media type of the coding.',
    container: 'Media type of the container of its objects.',
    label: 'Label.',
    frame_width: 'Width of the pictures of a video flow.',
    frame_height: 'Height of the pictures of a video flow.',
    created_ns: 'When it was made, since 1970.',
    read_only: 'Whether changes are refused.',
    deleting: 'Whether it is being deleted: then it is not shown any more.',
    active_deletions: 'Deletion requests of its segments that are not done.',
    content_start_ns: 'Begin of its first segment on its timeline; null without segments.',
    content_end_ns: 'End of its last segment, exclusive; null without segments.',
    content_covered_ns: 'Time that segments cover. It keeps 64 bits unsigned: a negative value is too small by 2^64.',
    content_longest_ns: 'Duration of its longest segment, at least. It keeps 64 bits unsigned, too.',
    content_segments: 'How many segments it has; null where they were never counted.',
    segments_updated: 'When segments last changed, as RFC 3339.',
    segments_version: 'Rises with each change of segments.',
    auth_classes: 'Classes with access, each between commas; a lone `*` is everybody.',
    status: 'Its state, as a client says (TAMS 8.2).',
    profile_id: 'Profile that its technical properties come from.',
    init_segments: 'Whether its objects need an initialisation segment; null is false.',
    segment_numbers: 'Counts from which playlists number segments.',
    ...SORT_DOCS,
    document: 'The flow as JSON, as TAMS 8.2 has it, without what is inferred.',
  },
});

export type FlowRow = RowOf<typeof FLOWS>;

export const FLOW_TAGS = { whole: tagTable('flow_tags'), items: tagItemTable('flow_tag_items') };

/** An index over `flow_collection` in the flows' documents, for both directions. */
export const FLOW_COLLECTION_MEMBERS = defineTable({
  name: 'flow_collection_members',
  doc: 'The flows that flows collect: an index over `flow_collection` in documents.',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'position', type: 'int64', required: true },
    { name: 'member_id', type: 'string', required: true },
    { name: 'role', type: 'string', required: true },
  ],
  sortKey: ['flow_id', 'position'],
  indexes: [{ columns: ['member_id'] }],
  internal: false,
  docs: {
    flow_id: 'Flow that collects.',
    position: 'Place of the member in the collection, from 0.',
    member_id: 'Flow that is collected.',
    role: 'Role of the member; empty without one.',
  },
});

import { defineTable, json, type RowOf, text } from '../../vastdb/schema/define-table.ts';
import type { FormatUrn } from '../documents/format.ts';
import { SORT_DEFINITIONS, SORT_INDEXES } from '../documents/sort-keys.ts';
import { tagItemTable, tagTable } from '../documents/tag-index.ts';
import type { Flow } from './flow.ts';

/** Columns are what is searched or sorted by, and what one row's change needs; the metadata are in `document`. `life`: docs/adr/0022-lives-of-a-flow.md. */
export const FLOWS = defineTable({
  name: 'flows',
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
    { name: 'segment_numbers', type: 'string' },
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
});

export type FlowRow = RowOf<typeof FLOWS>;

export const FLOW_TAGS = { whole: tagTable('flow_tags'), items: tagItemTable('flow_tag_items') };

/** An index over `flow_collection` in the flows' documents, for both directions. */
export const FLOW_COLLECTION_MEMBERS = defineTable({
  name: 'flow_collection_members',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'position', type: 'int64', required: true },
    { name: 'member_id', type: 'string', required: true },
    { name: 'role', type: 'string', required: true },
  ],
  sortKey: ['flow_id', 'position'],
  indexes: [{ columns: ['member_id'] }],
});

import type { Flow } from '../../tams/flows/flow.ts';
import type { Source } from '../../tams/sources/source.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, type RowOf } from '../../vastdb/schema/define-table.ts';
import type { Membership } from '../../tams/deletion/deletion.ts';

/** The tables of what was deleted and can be restored: rows are moved here, not marked where they are. */

/** Columns that all rows of one deletion share. */
const DELETION = [
  { name: 'deletion_id', type: 'string', required: true },
  { name: 'deleted_ms', type: 'int64', required: true },
  { name: 'deleted_by', type: 'string', required: true },
] as const;

/** `resume_ns` is set while the flow is being restored, `memberships` is JSON. */
export const DELETED_FLOWS = defineTable({
  name: 'deleted_flows',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'life', type: 'string' },
    { name: 'source_id', type: 'string', required: true },
    ...DELETION,
    { name: 'resume_ns', type: 'int64' },
    { name: 'memberships', type: json<readonly Membership[]>(), required: true },
    { name: 'document', type: json<Flow>(), required: true },
  ],
  indexes: [
    { columns: ['id'] },
    { columns: ['source_id'] },
    { columns: ['deletion_id'] },
    { columns: ['deleted_ms', 'deletion_id'] },
  ],
});

export const DELETED_SOURCES = defineTable({
  name: 'deleted_sources',
  columns: [
    { name: 'id', type: 'string', required: true },
    ...DELETION,
    { name: 'document', type: json<Source>(), required: true },
  ],
  indexes: [{ columns: ['id'] }, { columns: ['deletion_id'] }, { columns: ['deleted_ms', 'deletion_id'] }],
});

/** Kept together by flow and time, the order in which they are restored. */
export const DELETED_SEGMENTS = defineTable({
  name: 'deleted_segments',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'life', type: 'string' },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: 'string' },
    { name: 'fragment', type: 'string', required: true },
    { name: 'init_object_id', type: 'string' },
    ...DELETION,
  ],
  sortKey: ['flow_id', 'start_ns', 'deletion_id'],
  indexes: [
    { columns: ['object_id'] },
    { columns: ['deletion_id', 'start_ns'] },
    { columns: ['deleted_ms', 'deletion_id', 'start_ns'] },
    { columns: ['flow_id', 'deleted_ms', 'deletion_id', 'start_ns'] },
  ],
});

export const DELETION_COLUMNS = ['deletion_id', 'deleted_ms', 'deleted_by'] as const;

export type DeletionRow = Pick<RowOf<typeof DELETED_SOURCES>, (typeof DELETION_COLUMNS)[number]>;

export const TRASH_TABLES: readonly TableDefinition<DeletionRow>[] = [DELETED_FLOWS, DELETED_SOURCES, DELETED_SEGMENTS];

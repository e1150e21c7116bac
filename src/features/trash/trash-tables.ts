import type { Flow } from '../../tams/flows/flow.ts';
import type { ExternalUrl } from '../../tams/segments/segment.ts';
import type { Source } from '../../tams/sources/source.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import type { ManagedReader } from '../../vastdb/managed-reader.ts';
import { lte } from '../../vastdb/predicate/builder.ts';
import { defineTable, json, type RowOf } from '../../vastdb/schema/define-table.ts';
import type { Membership } from '../../tams/deletion/deletion.ts';

/** The tables of what was deleted and can be restored: rows are moved here, not marked where they are. */

/** Columns that all rows of one deletion share. */
const DELETION = [
  { name: 'deletion_id', type: 'string', required: true },
  { name: 'deleted_ms', type: 'int64', required: true },
  { name: 'deleted_by', type: 'string', required: true },
] as const;

const DELETION_DOCS = {
  deletion_id: 'Deletion that it is a part of.',
  deleted_ms: 'When it was deleted.',
  deleted_by: 'The principal who deleted it.',
};

/** `resume_ns` is set while the flow is being restored, `memberships` is JSON. */
export const DELETED_FLOWS = defineTable({
  name: 'deleted_flows',
  doc: 'Flows that were deleted and can be restored (`SOFT_DELETE`).',
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
  internal: true,
  docs: {
    id: 'Id of the flow.',
    life: 'Its life; null: its id.',
    source_id: 'Source of the flow.',
    ...DELETION_DOCS,
    resume_ns: 'Set while it is being restored: the segments before it are there again.',
    memberships: 'Collections that it was in, as JSON.',
    document: 'The flow as JSON.',
  },
});

export const DELETED_SOURCES = defineTable({
  name: 'deleted_sources',
  doc: 'Sources that went with their last flow.',
  columns: [
    { name: 'id', type: 'string', required: true },
    ...DELETION,
    { name: 'document', type: json<Source>(), required: true },
  ],
  indexes: [{ columns: ['id'] }, { columns: ['deletion_id'] }, { columns: ['deleted_ms', 'deletion_id'] }],
  internal: true,
  docs: {
    id: 'Id of the source.',
    ...DELETION_DOCS,
    document: 'The source as JSON.',
  },
});

/** Kept together by flow and time, the order in which they are restored. */
export const DELETED_SEGMENTS = defineTable({
  name: 'deleted_segments',
  doc: 'Segments that were deleted and can be restored.',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'life', type: 'string' },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: json<readonly ExternalUrl[]>() },
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
  internal: true,
  docs: {
    flow_id: 'Flow of the segment.',
    life: 'Life of that flow; null: its id.',
    start_ns: 'Begin on the timeline of the flow, inclusive.',
    end_ns: 'End on the timeline of the flow, exclusive.',
    object_id: 'Object with the media.',
    locations: 'As in `segments`.',
    external_urls: 'As in `segments`.',
    fragment: 'As in `segments`.',
    init_object_id: 'As in `segments`.',
    ...DELETION_DOCS,
  },
});

export const DELETION_COLUMNS = ['deletion_id', 'deleted_ms', 'deleted_by'] as const;

export type DeletionRow = Pick<RowOf<typeof DELETED_SOURCES>, (typeof DELETION_COLUMNS)[number]>;

export const TRASH_TABLES: readonly TableDefinition<DeletionRow>[] = [DELETED_FLOWS, DELETED_SOURCES, DELETED_SEGMENTS];

/** Whether the trash holds anything that was deleted at that time or earlier. */
export async function holdsAny(reader: Pick<ManagedReader, 'select'>, untilMs: number): Promise<boolean> {
  const where = lte('deleted_ms', BigInt(untilMs));
  for (const table of TRASH_TABLES) {
    const { rows } = await reader.select({ table, columns: ['deleted_ms'], where, limit: 1 });
    if (rows.length > 0) return true;
  }
  return false;
}

import { defineTable, type RowOf } from '../../vastdb/schema/define-table.ts';

/** Kept together by flow and time: a window of a flow is read sequentially, however long the flow is. */
export const SEGMENTS = defineTable({
  name: 'segments',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: 'string' },
    { name: 'fragment', type: 'string', required: true },
    { name: 'init_object_id', type: 'string' },
  ],
  sortKey: ['flow_id', 'start_ns'],
  indexes: [{ columns: ['object_id'] }, { columns: ['init_object_id'], sparse: true }],
});

export type SegmentRow = RowOf<typeof SEGMENTS>;

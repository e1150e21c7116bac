import type { ExternalUrl } from './segment.ts';
import { defineTable, json, type RowOf } from '../../vastdb/schema/define-table.ts';

/** Kept together by flow and time: a window of a flow is read sequentially, however long the flow is. */
export const SEGMENTS = defineTable({
  name: 'segments',
  doc: 'Segments of flows: the timeline. Segments of a flow do not overlap.',
  columns: [
    { name: 'flow_id', type: 'string', required: true },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'end_ns', type: 'int64', required: true },
    { name: 'object_id', type: 'string', required: true },
    { name: 'locations', type: 'string' },
    { name: 'external_urls', type: json<readonly ExternalUrl[]>() },
    { name: 'fragment', type: 'string', required: true },
    { name: 'init_object_id', type: 'string' },
  ],
  sortKey: ['flow_id', 'start_ns'],
  indexes: [{ columns: ['object_id'] }, { columns: ['init_object_id'], sparse: true }],
  internal: ['external_urls', 'fragment'],
  docs: {
    flow_id: 'Flow of the segment.',
    start_ns: 'Begin on the timeline of the flow, inclusive.',
    end_ns: 'End on the timeline of the flow, exclusive.',
    object_id: 'Object with the media.',
    locations: 'Copies of the object, as in `objects`; null: all of its media are external.',
    external_urls: 'URLs of media elsewhere, as a JSON array; null: none.',
    fragment: 'The segment as JSON without the closing brace: `timerange`, `ts_offset`, `sample_offset` and others.',
    init_object_id: 'Initialisation segment that the object needs.',
  },
});

export type SegmentRow = RowOf<typeof SEGMENTS>;

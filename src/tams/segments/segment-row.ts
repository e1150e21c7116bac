import type { CellsOf } from '../../vastdb/schema/define-table.ts';
import type { NewSegment } from './segment.ts';
import type { SegmentRow } from './segment-tables.ts';

/** All that a segment is, in its table and in the trash. */
export const SEGMENT_COLUMNS = [
  'flow_id',
  'start_ns',
  'end_ns',
  'object_id',
  'locations',
  'external_urls',
  'fragment',
  'init_object_id',
] as const;

type SegmentCells = CellsOf<SegmentRow, typeof SEGMENT_COLUMNS>;

export const segmentCells = (flowId: string, segment: NewSegment): SegmentCells => [
  flowId,
  segment.startNs,
  segment.endNs,
  segment.objectId,
  segment.locations,
  segment.externalUrls,
  segment.fragment,
  segment.initObjectId,
];

/** @param cells those of SEGMENT_COLUMNS. */
export const toSegment = ([
  ,
  startNs,
  endNs,
  objectId,
  locations,
  externalUrls,
  fragment,
  initObjectId,
]: SegmentCells): NewSegment => ({
  startNs,
  endNs,
  objectId,
  locations,
  externalUrls,
  fragment,
  initObjectId,
});

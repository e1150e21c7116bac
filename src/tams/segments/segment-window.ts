import type { TimeRange } from '../../shared/time/timerange.ts';
import type { Since } from '../../vastdb/engine.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { TimelineHint } from '../../vastdb/query/select-query.ts';
import { timelineIn } from '../../vastdb/spans/span-reader.ts';
import type { Span, SpanBounds } from '../../vastdb/spans/span-rows.ts';
import { CONTENT_COLUMNS, toContent } from '../flows/flow-row.ts';
import type { FlowContent } from '../flows/flow-state.ts';
import { FLOWS } from '../flows/flow-tables.ts';
import type { TableReads } from '../table-access.ts';
import type { SegmentedFlow } from './segment.ts';
import { type SegmentRow, SEGMENTS } from './segment-tables.ts';

/** Picks segments in a select. */
export interface SegmentWindow {
  readonly terms: readonly Where<SegmentRow>[];
  readonly since?: Since<'start_ns', Where<SegmentRow>>;
  readonly timeline: SegmentTimeline;
}

export type SegmentTimeline = TimelineHint<'start_ns'>;

/** Bounds of the starts of a flow's segments. */
export const timelineOf = (content: FlowContent | null): SegmentTimeline => timelineIn('start_ns', boundsOf(content));

/** The segments of a flow that overlap a range; undefined if there are certainly none. */
export const segmentWindow = (
  reader: TableReads,
  flowId: string,
  range: TimeRange,
): Promise<SegmentWindow | undefined> =>
  spansOf(reader, flowId).window(range, async () => {
    const { rows } = await reader.select({ table: FLOWS, columns: CONTENT_COLUMNS, where: eq('id', flowId) });
    return rows[0] && boundsOf(toContent(rows[0]));
  });

/** For each span, none of them empty, whether a segment of the flow overlaps it. The spans are sorted by start. */
export const findOverlapped = (
  reader: TableReads,
  { id, content }: SegmentedFlow,
  spans: readonly Span[],
): Promise<boolean[]> => spansOf(reader, id).overlapped(spans, boundsOf(content));

const spansOf = (reader: TableReads, flowId: string) =>
  reader.spans({ table: SEGMENTS.name, start: 'start_ns', end: 'end_ns', own: eq('flow_id', flowId) });

/** Undefined for a flow without segments. */
const boundsOf = (content: FlowContent | null): SpanBounds | undefined =>
  content === null ? undefined : { startNs: content.startNs, endNs: content.endNs, rows: content.segments };

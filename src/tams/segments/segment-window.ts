import type { TimeRange } from '../../shared/time/timerange.ts';
import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Since } from '../../vastdb/engine.ts';
import { and, eq, gt, gte, lt, lte } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { TimelineHint } from '../../vastdb/query/select-query.ts';
import { CONTENT_COLUMNS, toContent } from '../flows/flow-row.ts';
import type { TableReads } from '../table-access.ts';
import { FLOWS } from '../flows/flow-tables.ts';
import { type SegmentRow, SEGMENTS } from './segment-tables.ts';
import type { FlowContent } from '../flows/flow-state.ts';
import type { SegmentedFlow } from './segment.ts';

/** A range of a timeline, half-open. */
export interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** The segments, with what an engine needs to find the first of them. */
export interface SegmentWindow {
  readonly terms: Where<SegmentRow>[];
  /** Where the engine orders rows. */
  readonly since?: Since<'start_ns', Where<SegmentRow>>;
  readonly timeline: SegmentTimeline;
}

export type SegmentTimeline = TimelineHint<'start_ns'>;

const IN_TIME: SegmentTimeline = { column: 'start_ns' };

/** Bounds of the starts of a flow's segments. */
export function timelineOf(content: FlowContent | null): SegmentTimeline {
  if (content === null) return IN_TIME;
  const { startNs, endNs, segments } = content;
  const bounds = { ...IN_TIME, from: startNs, to: endNs };
  return segments === undefined ? bounds : { ...bounds, expectedStepNs: (endNs - startNs) / segments.count };
}

/**
 * The segments of a flow that overlap a range; undefined if there are certainly none. Segments of a flow do not
 * overlap, so of all those that start before a time only the last can reach beyond it. Where the engine orders rows
 * the same statement finds that one; elsewhere none is looked for further away than the longest segment is long. Either
 * way the window is a range of start times: its cost does not depend on where in the flow it lies.
 */
export async function segmentWindow(
  reader: TableReads,
  flowId: string,
  range: TimeRange,
): Promise<SegmentWindow | undefined> {
  const { startNs, endNs } = range;
  const ofFlow = eq('flow_id', flowId);
  const terms: Where<SegmentRow>[] = endNs === null ? [ofFlow] : [ofFlow, lt('start_ns', endNs)];
  if (reader.relational) {
    if (startNs === null) return { terms, timeline: IN_TIME };
    const since = { column: 'start_ns', atMost: startNs, where: ofFlow } as const;
    return { terms: [...terms, gt('end_ns', startNs)], since, timeline: IN_TIME };
  }
  const content = await readContent(reader, flowId);
  if (content === null) return undefined;
  const timeline = timelineOf(content);
  if (startNs === null) return { terms, timeline };
  if (content.segments === undefined) {
    const first = await firstStartReaching(reader, flowId, startNs, timeline);
    return { terms: [...terms, gte('start_ns', first)], timeline };
  }
  const reaching = reachingBeyond(startNs, content.segments.longestNs);
  return { terms: [...terms, ...reaching], timeline: { ...timeline, leadIn: startNs } };
}

/** The segments that end after a time: those that start after it, and the one that contains it. */
function reachingBeyond(timeNs: bigint, longestNs: bigint): Where<SegmentRow>[] {
  const earliest = timeNs - longestNs;
  return [...(earliest >= INT64_MIN ? [gt('start_ns', earliest)] : []), gt('end_ns', timeNs)];
}

/** The start of the segment that contains the time, or the time itself. */
export async function firstStartReaching(
  reader: TableReads,
  flowId: string,
  timeNs: bigint,
  timeline: SegmentTimeline,
): Promise<bigint> {
  const before = await lastOf(reader, and([eq('flow_id', flowId), lte('start_ns', timeNs)]), timeline);
  return before !== undefined && before.endNs > timeNs ? before.startNs : timeNs;
}

/** Whether any segment of the flow overlaps the span, which must not be empty: one seek at most. */
export async function anySegmentOverlaps(reader: TableReads, flow: SegmentedFlow, span: Span): Promise<boolean> {
  const { id, content } = flow;
  const { startNs, endNs } = span;
  if (content === null || isOutside(content, span)) return false;
  if (reader.relational || content.segments === undefined) {
    const last = await lastOf(reader, and([eq('flow_id', id), lt('start_ns', endNs)]), timelineOf(content));
    return last !== undefined && last.endNs > startNs;
  }
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: ['start_ns'],
    where: and([eq('flow_id', id), ...reachingBeyond(startNs, content.segments.longestNs), lt('start_ns', endNs)]),
    limit: 1,
  });
  return rows.length > 0;
}

/** Before all of the flow's segments, or after them. */
export const isOutside = (content: FlowContent, { startNs, endNs }: Span): boolean =>
  endNs <= content.startNs || startNs >= content.endNs;

async function lastOf(
  reader: TableReads,
  where: Where<SegmentRow>,
  timeline: SegmentTimeline,
): Promise<Span | undefined> {
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: ['start_ns', 'end_ns'],
    where,
    orderBy: [{ column: 'start_ns', direction: 'desc' }],
    limit: 1,
    timeline,
  });
  const [row] = rows;
  return row && { startNs: row[0], endNs: row[1] };
}

/** Null for a flow without segments, or no flow at all. */
async function readContent(reader: TableReads, flowId: string): Promise<FlowContent | null> {
  const { rows } = await reader.select({ table: FLOWS, columns: CONTENT_COLUMNS, where: eq('id', flowId) });
  return rows[0] === undefined ? null : toContent(rows[0]);
}

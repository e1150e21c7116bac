import type { TimeRange } from '../../shared/time/timerange.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq, gte, lt, lte } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import type { TimelineHint } from '../../vastdb/query/select-query.ts';
import type { TableReads } from './table-access.ts';
import { SEGMENTS } from './tables.ts';

/** Lets engines that cannot order walk the timeline in windows, instead of reading and sorting all of a flow. */
export const IN_TIME: TimelineHint = { column: 'start_ns' };

/**
 * Segments of a flow do not overlap, so of all those that start before a time only the last can
 * reach beyond it. Finding that one first turns "overlaps [a, b)" into a range of start times: the
 * cost of a window does not depend on where in the flow it lies.
 */
export async function firstStartReaching(reader: TableReads, flowId: string, timeNs: bigint): Promise<bigint> {
  const before = await lastOf(reader, and([eq('flow_id', flowId), lte('start_ns', timeNs)]));
  return before !== undefined && before.endNs > timeNs ? before.startNs : timeNs;
}

/** Whether any segment of the flow overlaps [startNs, endNs), which must not be empty: one seek. */
export async function anySegmentOverlaps(
  reader: TableReads,
  flowId: string,
  startNs: bigint,
  endNs: bigint,
): Promise<boolean> {
  const last = await lastOf(reader, and([eq('flow_id', flowId), lt('start_ns', endNs)]));
  return last !== undefined && last.endNs > startNs;
}

async function lastOf(reader: TableReads, where: Predicate): Promise<{ startNs: bigint; endNs: bigint } | undefined> {
  const { rows } = await reader.select({
    table: SEGMENTS.name,
    columns: ['start_ns', 'end_ns'],
    where,
    orderBy: [{ column: 'start_ns', direction: 'desc' }],
    limit: 1,
    timeline: IN_TIME,
  });
  const row: Cell[] | undefined = rows[0];
  return row === undefined ? undefined : { startNs: row[0] as bigint, endNs: row[1] as bigint };
}

/** The terms of all segments of a flow that overlap a range, as a range of start times. */
export async function overlapTerms(reader: TableReads, flowId: string, range: TimeRange): Promise<Predicate[]> {
  const terms: Predicate[] = [eq('flow_id', flowId)];
  if (range.startNs !== null) terms.push(gte('start_ns', await firstStartReaching(reader, flowId, range.startNs)));
  if (range.endNs !== null) terms.push(lt('start_ns', range.endNs));
  return terms;
}

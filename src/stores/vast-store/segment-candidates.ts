import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, between, eq, gt, or } from '../../vastdb/predicate/builder.ts';
import type { Span } from './segment-window.ts';
import type { TableReads } from './table-access.ts';
import { SEGMENTS } from './tables.ts';

/** So many segments may overlap the spans of one select; where there are more, each half of the spans gets its own. */
const MOST_CANDIDATES = 8_192;

/**
 * For each span whether a segment of the flow overlaps it, on engines without ordering. Whatever
 * overlaps a span starts within it, or less than the longest segment before it: one select brings all
 * of these, however far apart the spans are. They are sorted by start.
 */
export async function findAmongCandidates(
  reader: TableReads,
  flowId: string,
  spans: readonly Span[],
  longestNs: bigint,
): Promise<boolean[]> {
  const [first] = spans;
  if (first === undefined) return [];
  const isAlone = spans.length === 1;
  const { rows } = await reader.select({
    table: SEGMENTS.name,
    columns: ['start_ns', 'end_ns'],
    where: and([
      eq('flow_id', flowId),
      or(startsOf(spans, longestNs).map(([low, high]) => between('start_ns', low, high))),
      gt('end_ns', first.startNs),
    ]),
    limit: isAlone ? 1 : MOST_CANDIDATES + 1,
  });
  if (isAlone) return [rows.length > 0];
  if (rows.length > MOST_CANDIDATES) {
    const middle = spans.length >>> 1;
    return [
      ...(await findAmongCandidates(reader, flowId, spans.slice(0, middle), longestNs)),
      ...(await findAmongCandidates(reader, flowId, spans.slice(middle), longestNs)),
    ];
  }
  const overlapped: boolean[] = [];
  decideInOrder(spans, rows.sort(byStart), true, overlapped);
  return overlapped;
}

/** Where segments start that may overlap the spans: ranges, both ends inclusive, that do not touch. */
function startsOf(spans: readonly Span[], longestNs: bigint): [low: bigint, high: bigint][] {
  const ranges: [low: bigint, high: bigint][] = [];
  for (const { startNs, endNs } of spans) {
    const low = startNs - longestNs + 1n < INT64_MIN ? INT64_MIN : startNs - longestNs + 1n;
    const high = endNs - 1n;
    const last = ranges.at(-1);
    if (last === undefined || low > last[1] + 1n) ranges.push([low, high]);
    else if (high > last[1]) last[1] = high;
  }
  return ranges;
}

const byStart = (a: Cell[], b: Cell[]): number => ((a[0] as bigint) < (b[0] as bigint) ? -1 : 1);

/**
 * Decides spans in order, up to the first that rows which were not read yet could overlap. The rows are
 * [start, end] of segments that do not overlap, sorted.
 */
export function decideInOrder(
  spans: readonly Span[],
  rows: readonly Cell[][],
  complete: boolean,
  overlapped: boolean[],
): void {
  let next = 0;
  for (let index = overlapped.length; index < spans.length; index++) {
    const span = spans[index];
    if (span === undefined) return;
    while (next < rows.length && (rows[next]?.[1] as bigint) <= span.startNs) next++;
    const row = rows[next];
    if (row === undefined && !complete) return;
    overlapped.push(row !== undefined && (row[0] as bigint) < span.endNs);
  }
}

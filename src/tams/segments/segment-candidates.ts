import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { and, between, eq, gt, or } from '../../vastdb/predicate/builder.ts';
import type { Span } from './segment-window.ts';
import type { TableReads } from '../table-access.ts';
import { SEGMENTS } from './segment-tables.ts';

/** Most segments that are read to decide some spans; with more, the spans are decided in parts. */
const MOST_CANDIDATES = 8_192;
/** Most time ranges of one select: the engine compares each with each row that it scans. */
const MOST_RANGES = 64;

/**
 * For each span whether a segment of the flow overlaps it, on engines without ordering. An overlapping segment starts
 * within the span, or before it by less than the longest segment. Spans are mostly near each other: one select reads
 * all segments under them. If they are far apart, only segments near each span are read. Spans are sorted by start.
 */
export async function findAmongCandidates(
  reader: TableReads,
  flowId: string,
  spans: readonly Span[],
  longestNs: bigint,
): Promise<boolean[]> {
  const together = await decideTogether(reader, flowId, spans, [hullOf(startsOf(spans, longestNs))]);
  return together ?? decideInParts(reader, flowId, spans, longestNs, MOST_RANGES);
}

async function decideInParts(
  reader: TableReads,
  flowId: string,
  spans: readonly Span[],
  longestNs: bigint,
  size: number,
): Promise<boolean[]> {
  const parts: (readonly Span[])[] = [];
  for (let start = 0; start < spans.length; start += size) parts.push(spans.slice(start, start + size));
  const decided = await Promise.all(
    parts.map(
      async (part) =>
        (await decideTogether(reader, flowId, part, startsOf(part, longestNs))) ??
        decideInParts(reader, flowId, part, longestNs, Math.ceil(part.length / 2)),
    ),
  );
  return decided.flat();
}

/** Undefined if more segments start in these ranges than are read at once; never for a single span. */
async function decideTogether(
  reader: TableReads,
  flowId: string,
  spans: readonly Span[],
  starts: readonly Range[],
): Promise<boolean[] | undefined> {
  const [first] = spans;
  if (first === undefined) return [];
  const isAlone = spans.length === 1;
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: ['start_ns', 'end_ns'],
    where: and([
      eq('flow_id', flowId),
      // A separate term, by which a table sorted by time is read.
      ...(starts.length > 1 ? [startsIn(hullOf(starts))] : []),
      or(starts.map(startsIn)),
      gt('end_ns', first.startNs),
    ]),
    limit: isAlone ? 1 : MOST_CANDIDATES + 1,
  });
  if (isAlone) return [rows.length > 0];
  if (rows.length > MOST_CANDIDATES) return undefined;
  const overlapped: boolean[] = [];
  decideInOrder(spans, rows.sort(byStart), true, overlapped);
  return overlapped;
}

/** Both ends are inclusive. */
type Range = [low: bigint, high: bigint];

const startsIn = ([low, high]: Range) => between('start_ns', low, high);

/** From the first of the ranges, which are sorted, to the last. */
function hullOf(ranges: readonly Range[]): Range {
  const [first = [0n, -1n], last = first] = [ranges[0], ranges.at(-1)];
  return [first[0], last[1]];
}

/** Where segments start that may overlap the spans: ranges that do not touch, sorted. */
function startsOf(spans: readonly Span[], longestNs: bigint): Range[] {
  const ranges: Range[] = [];
  for (const { startNs, endNs } of spans) {
    const low = startNs - longestNs + 1n < INT64_MIN ? INT64_MIN : startNs - longestNs + 1n;
    const high = endNs - 1n;
    const last = ranges.at(-1);
    if (last === undefined || low > last[1] + 1n) ranges.push([low, high]);
    else if (high > last[1]) last[1] = high;
  }
  return ranges;
}

type Ends = readonly [startNs: bigint, endNs: bigint];

const byStart = ([a]: Ends, [b]: Ends): number => (a < b ? -1 : 1);

/**
 * Decides spans in order, up to the first that rows which were not read yet could overlap. The rows are
 * of segments that do not overlap, sorted.
 */
export function decideInOrder(
  spans: readonly Span[],
  rows: readonly Ends[],
  complete: boolean,
  overlapped: boolean[],
): void {
  let next = 0;
  for (let index = overlapped.length; index < spans.length; index++) {
    const span = spans[index];
    if (span === undefined) return;
    let row = rows[next];
    while (row !== undefined && row[1] <= span.startNs) row = rows[++next];
    if (row === undefined && !complete) return;
    overlapped.push(row !== undefined && row[0] < span.endNs);
  }
}

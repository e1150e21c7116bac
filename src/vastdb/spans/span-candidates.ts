import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { and, between, gt, or } from '../predicate/builder.ts';
import type { Predicate } from '../predicate/predicate.ts';
import { decideInOrder, type Ends, type Span, type SpanRows, type SpanSelect } from './span-rows.ts';

type Rows = SpanRows<string, string, Predicate>;

/** Most rows that are read to decide some spans; with more, the spans are decided in parts. */
const MOST_CANDIDATES = 8_192;
/** Most time ranges of one select: the engine compares each with each row that it scans. */
const MOST_RANGES = 64;

/**
 * For each span whether a row overlaps it, on engines without ordering. An overlapping row starts within the span, or
 * before it by less than the longest row. Spans are mostly near each other: one select reads all rows under them. If they
 * are far apart, only rows near each span are read. Spans are sorted by start.
 */
export async function findAmongCandidates(
  rows: Rows,
  select: SpanSelect,
  spans: readonly Span[],
  longestNs: bigint,
): Promise<boolean[]> {
  const together = await decideTogether(rows, select, spans, [hullOf(startsOf(spans, longestNs))]);
  return together ?? decideInParts(rows, select, spans, longestNs, MOST_RANGES);
}

async function decideInParts(
  rows: Rows,
  select: SpanSelect,
  spans: readonly Span[],
  longestNs: bigint,
  size: number,
): Promise<boolean[]> {
  const parts: (readonly Span[])[] = [];
  for (let start = 0; start < spans.length; start += size) parts.push(spans.slice(start, start + size));
  const decided = await Promise.all(
    parts.map(
      async (part) =>
        (await decideTogether(rows, select, part, startsOf(part, longestNs))) ??
        decideInParts(rows, select, part, longestNs, Math.ceil(part.length / 2)),
    ),
  );
  return decided.flat();
}

/** Undefined if more rows start in these ranges than are read at once; never for a single span. */
async function decideTogether(
  { own, start, end }: Rows,
  select: SpanSelect,
  spans: readonly Span[],
  starts: readonly Range[],
): Promise<boolean[] | undefined> {
  const [first] = spans;
  if (first === undefined) return [];
  const isAlone = spans.length === 1;
  const startsIn = ([low, high]: Range) => between(start, low, high);
  const found = await select({
    where: and<Predicate>([
      own,
      // A separate term, by which a table sorted by time is read.
      ...(starts.length > 1 ? [startsIn(hullOf(starts))] : []),
      or(starts.map(startsIn)),
      gt(end, first.startNs),
    ]),
    limit: isAlone ? 1 : MOST_CANDIDATES + 1,
  });
  if (isAlone) return [found.rows.length > 0];
  if (found.rows.length > MOST_CANDIDATES) return undefined;
  const overlapped: boolean[] = [];
  // `ManagedReader.spans` asks for the two ends, whose columns are known at run time.
  decideInOrder(spans, (found.rows as unknown as Ends[]).sort(byStart), true, overlapped);
  return overlapped;
}

/** Both ends are inclusive. */
type Range = [low: bigint, high: bigint];

/** From the first of the ranges, which are sorted, to the last. */
function hullOf(ranges: readonly Range[]): Range {
  const [first = [0n, -1n], last = first] = [ranges[0], ranges.at(-1)];
  return [first[0], last[1]];
}

/** Where rows start that may overlap the spans: ranges that do not touch, sorted. */
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

const byStart = ([a]: Ends, [b]: Ends): number => (a < b ? -1 : 1);

import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Since } from '../engine.ts';
import { and, between, gt, gte, lt, lte, or } from '../predicate/builder.ts';
import type { Condition, Predicate } from '../predicate/predicate.ts';
import type { TimelineHint } from '../query/select-query.ts';
import { decideInOrder, type Ends, type Span, type SpanBounds, type SpanRows, type SpanSelect } from './span-rows.ts';

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
async function findAmongCandidates(
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

/** Present rows per read while a batch of spans is compared with them. */
const ROWS_PER_READ = 1_000;
/** If a read decides fewer spans, there is too much between them. */
const FEW_SPANS = 16;
/** Spans that are then decided one by one, before reading is tried again. */
const SPANS_PER_SEEK = 256;

/** How a select picks rows. */
interface SpanWindow<Start extends string, End extends string, Own extends Predicate> {
  readonly terms: readonly (Own | Predicate<Condition<Start, bigint>> | Predicate<Condition<End, bigint>>)[];
  readonly since?: Since<Start, Own>;
  readonly timeline: TimelineHint<Start>;
}

/**
 * Finds rows that are spans. Since they do not overlap, of all those that start before a time only the last can reach
 * beyond it. An engine that orders rows finds that one by its place; elsewhere none is looked for further away than the
 * longest row is long. Either way the cost does not depend on where in the timeline one looks.
 */
export class SpanReader<Start extends string, End extends string, Own extends Predicate> {
  readonly #rows: SpanRows<Start, End, Own>;
  readonly #select: SpanSelect;
  readonly #orders: boolean;

  /** @param orders whether the engine orders rows */
  constructor(rows: SpanRows<Start, End, Own>, select: SpanSelect, orders: boolean) {
    this.#rows = rows;
    this.#select = select;
    this.#orders = orders;
  }

  /**
   * The window of the rows that overlap a range, whose ends are null where it is open; undefined if there are certainly
   * none. `findBounds` is asked where it saves reads; undefined means no rows.
   */
  async window(
    { startNs, endNs }: { readonly startNs: bigint | null; readonly endNs: bigint | null },
    findBounds: () => Promise<SpanBounds | undefined>,
  ): Promise<SpanWindow<Start, End, Own> | undefined> {
    const { start, end, own } = this.#rows;
    const terms = endNs === null ? [own] : [own, lt(start, endNs)];
    if (this.#orders) {
      const timeline = { column: start };
      if (startNs === null) return { terms, timeline };
      return {
        terms: [...terms, gt(end, startNs)],
        since: { column: start, atMost: startNs, where: own },
        timeline,
      };
    }
    const bounds = await findBounds();
    if (bounds === undefined) return undefined;
    const timeline = timelineIn(start, bounds);
    if (startNs === null) return { terms, timeline };
    if (bounds.rows === undefined) {
      return { terms: [...terms, gte(start, await this.#firstReaching(startNs, bounds))], timeline };
    }
    const reaching = this.#reachingBeyond(startNs, bounds.rows.longestNs);
    return { terms: [...terms, ...reaching], timeline: { ...timeline, leadIn: startNs } };
  }

  /**
   * For each span, which must not be empty, whether a row overlaps it. They are sorted by start. Those outside of the
   * bounds, such as a recording's next segments, overlap nothing, and cost no read.
   */
  async overlapped(spans: readonly Span[], bounds: SpanBounds | undefined): Promise<boolean[]> {
    if (bounds === undefined || spans.every((span) => isOutside(bounds, span))) return spans.map(() => false);
    const [only] = spans;
    if (only !== undefined && spans.length === 1) return [await this.#isOverlapped(only, bounds)];
    const longestNs = bounds.rows?.longestNs;
    if (this.#orders || longestNs === undefined) return this.#findInOrder(spans, bounds);
    return findAmongCandidates(this.#rows, this.#select, spans, longestNs);
  }

  /** The rows that end after a time: those that start after it, and the one that contains it. */
  #reachingBeyond(timeNs: bigint, longestNs: bigint) {
    const earliest = timeNs - longestNs;
    const { start, end } = this.#rows;
    return [...(earliest >= INT64_MIN ? [gt(start, earliest)] : []), gt(end, timeNs)];
  }

  /** The start of the row that contains the time, or the time itself. */
  async #firstReaching(timeNs: bigint, bounds: SpanBounds): Promise<bigint> {
    const before = await this.#last(lte(this.#rows.start, timeNs), bounds);
    return before !== undefined && before[1] > timeNs ? before[0] : timeNs;
  }

  /** One seek at most. */
  async #isOverlapped(span: Span, bounds: SpanBounds): Promise<boolean> {
    if (isOutside(bounds, span)) return false;
    const { own, start } = this.#rows;
    const before = lt(start, span.endNs);
    if (this.#orders || bounds.rows === undefined) {
      const last = await this.#last(before, bounds);
      return last !== undefined && last[1] > span.startNs;
    }
    const reaching = this.#reachingBeyond(span.startNs, bounds.rows.longestNs);
    const { rows } = await this.#select({ where: and<Predicate>([own, ...reaching, before]), limit: 1 });
    return rows.length > 0;
  }

  /**
   * Reads the rows under the whole batch once, in order, and merges. If the batch spans a long part of the timeline,
   * reads in steps, each from the first undecided span, and so skips what lies between distant spans.
   */
  async #findInOrder(spans: readonly Span[], bounds: SpanBounds): Promise<boolean[]> {
    const { own, start } = this.#rows;
    const overlapped: boolean[] = [];
    const end = spans.reduce((latest, { endNs }) => (endNs > latest ? endNs : latest), INT64_MIN);
    for (;;) {
      const first = spans[overlapped.length];
      if (first === undefined) return overlapped;
      const from = await this.#firstReaching(first.startNs, bounds);
      const { rows } = await this.#select({
        where: and<Predicate>([own, gte(start, from), lt(start, end)]),
        orderBy: [{ column: start, direction: 'asc' }],
        limit: ROWS_PER_READ,
        timeline: timelineIn(start, bounds),
      });
      const decided = overlapped.length;
      // The two ends, whose columns are known at run time.
      decideInOrder(spans, rows as unknown as Ends[], rows.length < ROWS_PER_READ, overlapped);
      if (overlapped.length - decided >= FEW_SPANS) continue;
      // One seek for each is cheaper than reading if much lies between them.
      for (const span of spans.slice(overlapped.length, overlapped.length + SPANS_PER_SEEK)) {
        overlapped.push(await this.#isOverlapped(span, bounds));
      }
    }
  }

  async #last(where: Predicate, bounds: SpanBounds): Promise<Ends | undefined> {
    const { own, start } = this.#rows;
    const { rows } = await this.#select({
      where: and<Predicate>([own, where]),
      orderBy: [{ column: start, direction: 'desc' }],
      limit: 1,
      timeline: timelineIn(start, bounds),
    });
    // The two ends, as above.
    return rows[0] as Ends | undefined;
  }
}

/** The hint of a select in the order of the starts. */
export function timelineIn<Start extends string>(column: Start, bounds: SpanBounds | undefined): TimelineHint<Start> {
  if (bounds === undefined) return { column };
  const { startNs: from, endNs: to, rows } = bounds;
  return { column, from, to, ...(rows && { expectedStepNs: (to - from) / rows.count }) };
}

/** Before all of the rows, or after them. */
const isOutside = (bounds: SpanBounds, { startNs, endNs }: Span): boolean =>
  endNs <= bounds.startNs || startNs >= bounds.endNs;

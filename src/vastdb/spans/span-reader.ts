import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Since } from '../engine.ts';
import { and, gt, gte, lt, lte } from '../predicate/builder.ts';
import type { Condition, Predicate } from '../predicate/predicate.ts';
import type { TimelineHint } from '../query/select-query.ts';
import { findAmongCandidates } from './span-candidates.ts';
import { decideInOrder, type Ends, type Span, type SpanBounds, type SpanRows, type SpanSelect } from './span-rows.ts';

/** Present rows per read while a batch of spans is compared with them. */
const ROWS_PER_READ = 1_000;
/** If a read decides fewer spans, there is too much between them. */
const FEW_SPANS = 16;
/** Spans that are then decided one by one, before reading is tried again. */
const SPANS_PER_SEEK = 256;

/** How a select picks rows. */
export interface SpanWindow<Start extends string, End extends string, Own extends Predicate> {
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

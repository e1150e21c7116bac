import type { RowSet } from '../engine.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { SelectQuery } from '../query/select-query.ts';

/** A range of a timeline, half-open. */
export interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Rows that are spans, with a start and an end in int64 columns. Those that `own` picks do not overlap. */
export interface SpanRows<Start extends string, End extends string, Own extends Predicate> {
  readonly table: string;
  readonly start: Start;
  readonly end: End;
  readonly own: Own;
}

/** From the start of the first of them to the end of the last. */
export interface SpanBounds extends Span {
  /** None is longer than `longestNs`. It only saves reads. */
  readonly rows?: { readonly count: bigint; readonly longestNs: bigint } | undefined;
}

/** Reads the start and the end of spans. */
export type SpanSelect = (query: Pick<SelectQuery, 'where' | 'orderBy' | 'limit' | 'timeline'>) => Promise<RowSet>;

/** The cells that `SpanSelect` reads. */
export type Ends = readonly [startNs: bigint, endNs: bigint];

/**
 * Decides spans in order, up to the first that rows which were not read yet could overlap. The rows do not overlap each
 * other, and are sorted.
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

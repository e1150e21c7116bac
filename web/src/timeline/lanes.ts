import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { parseTimestamp } from '../../../src/shared/time/timestamp.ts';
import type { Span } from './view.ts';

/** A flow on the timeline, at one resolution. */
export interface Lane {
  readonly flowId: string;
  readonly extent: Span | undefined;
  readonly coveredNs: bigint;
  /** Undefined: the server has not counted them. */
  readonly segments: number | undefined;
  readonly spans: readonly Span[];
  /** Whether each span is one segment. */
  readonly areSegments: boolean;
  readonly isExact: boolean;
}

/** `GET /timeline/...` as it is sent. */
export interface TimelineAnswer {
  readonly flows: readonly {
    readonly flow_id: string;
    readonly extent: string | null;
    readonly covered: string;
    readonly segments?: number;
    readonly spans: readonly string[];
    readonly kind: string;
    readonly exact: boolean;
  }[];
}

/** A range of TAMS with both its ends; undefined for one without. */
export function readSpan(text: string): Span | undefined {
  const { startNs, endNs } = TimeRange.parse(text);
  return startNs === null || endNs === null || startNs === endNs ? undefined : { startNs, endNs };
}

export const spanText = ({ startNs, endNs }: Span): string => TimeRange.fromNs(startNs, endNs).toString();

export const lanesOf = ({ flows }: TimelineAnswer): Lane[] =>
  flows.map(({ flow_id: flowId, extent, covered, segments, spans, kind, exact }) => ({
    flowId,
    extent: extent === null ? undefined : readSpan(extent),
    coveredNs: parseTimestamp(covered),
    segments,
    spans: spans.map(readSpan).filter((span) => span !== undefined),
    areSegments: kind === 'segments',
    isExact: exact,
  }));

/** From the first to the last content of any lane. */
export function extentOf(lanes: readonly Lane[]): Span | undefined {
  let all: Span | undefined;
  for (const { extent } of lanes) {
    if (extent === undefined) continue;
    all = {
      startNs: all === undefined || extent.startNs < all.startNs ? extent.startNs : all.startNs,
      endNs: all === undefined || extent.endNs > all.endNs ? extent.endNs : all.endNs,
    };
  }
  return all;
}

/** The span that a time is in, by bisection; undefined in a gap. */
export function spanAt(spans: readonly Span[], ns: bigint): Span | undefined {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.startNs ?? 0n) <= ns) low = middle + 1;
    else high = middle;
  }
  const found = spans[low - 1];
  return found !== undefined && ns < found.endNs ? found : undefined;
}

/** The nearest edge of content before or after a time: where a key may go to. */
export function edgeFrom(lanes: readonly Lane[], ns: bigint, direction: 1 | -1): bigint | undefined {
  let best: bigint | undefined;
  for (const { spans } of lanes)
    for (const { startNs, endNs } of spans)
      for (const edge of [startNs, endNs])
        if (
          direction === 1
            ? edge > ns && (best === undefined || edge < best)
            : edge < ns && (best === undefined || edge > best)
        )
          best = edge;
  return best;
}

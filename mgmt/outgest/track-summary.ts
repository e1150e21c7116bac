import { TimeRange } from '../../src/shared/time/timerange.ts';
import { parseTimestamp } from '../../src/shared/time/timestamp.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import type { FlowBody, ListedSegment } from '../tams-client/types.ts';

/** Most gaps that are listed; more are only counted. */
const GAPS_KEPT = 100;

/** A flow with segments in the range, and their totals. */
export interface TrackSummary {
  readonly flow: FlowBody;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The first of them. */
  readonly gaps: readonly TimeRange[];
  readonly gapCount: number;
  /** Whether the times in the media go on from segment to segment as the timeline does. */
  readonly isContinuousMedia: boolean;
  readonly parts: readonly TrackPart[];
}

/** A segment as far as the file is compared with it. */
export interface TrackPart {
  readonly startNs: bigint;
  /** Frames or audio samples, where the segment says. */
  readonly samples: number | undefined;
}

/**
 * Reads the timeline of a flow, without its URLs, page by page. Undefined where there is nothing in the range.
 *
 * @throws for a segment that is not the whole of its object from the beginning: cutting within media is not done here.
 */
export async function summarizeTrack(
  client: TamsClient,
  flow: FlowBody,
  timerange: string,
): Promise<TrackSummary | undefined> {
  let gapCount = 0;
  let [startNs, endNs] = [0n, 0n];
  let offsetNs = 0n;
  let isContinuousMedia = true;
  const gaps: TimeRange[] = [];
  const parts: TrackPart[] = [];
  for await (const segment of client.segments(flow.id, timerange, { urls: false })) {
    const { from, to } = boundsOf(segment);
    const ownOffsetNs = parseTimestamp(segment.ts_offset ?? '0:0');
    if (parts.length === 0) {
      startNs = from;
      offsetNs = ownOffsetNs;
    } else if (from > endNs) {
      gapCount++;
      if (gaps.length < GAPS_KEPT) gaps.push(TimeRange.fromNs(endNs, from));
    }
    if (ownOffsetNs !== offsetNs) isContinuousMedia = false;
    parts.push({ startNs: from, samples: segment.sample_count });
    endNs = to;
  }
  if (parts.length === 0) return undefined;
  return { flow, parts, startNs, endNs, gaps, gapCount, isContinuousMedia };
}

/** When the segment begins and ends. */
export function boundsOf({ timerange, sample_offset: offset = 0 }: ListedSegment): { from: bigint; to: bigint } {
  const { startNs, endNs } = TimeRange.parse(timerange);
  if (startNs === null || endNs === null) throw new Error(`The segment ${timerange} has no end.`);
  if (offset !== 0) throw new Error(`The segment ${timerange} is a part of its object, which cannot be cut out here.`);
  return { from: startNs, to: endNs };
}

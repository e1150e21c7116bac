import { TimeRange } from '../../src/shared/time/timerange.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import type { FlowBody, ListedSegment } from '../tams-client/types.ts';

/** Of the gaps so many are told; the others are counted. */
const GAPS_KEPT = 100;

/** A flow with segments in the range, and what they amount to. */
export interface TrackSummary {
  readonly flow: FlowBody;
  readonly segments: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The first of them. */
  readonly gaps: readonly TimeRange[];
  readonly gapCount: number;
  /** Whether the times in the media go on from segment to segment as the timeline does. */
  readonly isContinuousMedia: boolean;
  /** Frames or audio samples; undefined unless every segment says. */
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
  let [segments, gapCount] = [0, 0];
  let [startNs, endNs] = [0n, 0n];
  let samples: number | undefined = 0;
  let offset: string | undefined;
  let isContinuousMedia = true;
  const gaps: TimeRange[] = [];
  for await (const segment of client.segments(flow.id, timerange, { urls: false })) {
    const { from, to } = boundsOf(segment);
    const ownOffset = segment.ts_offset ?? '0:0';
    if (segments === 0) {
      startNs = from;
      offset = ownOffset;
    } else if (from > endNs) {
      gapCount++;
      if (gaps.length < GAPS_KEPT) gaps.push(TimeRange.fromNs(endNs, from));
    }
    if (ownOffset !== offset) isContinuousMedia = false;
    if (samples !== undefined)
      samples = segment.sample_count === undefined ? undefined : samples + segment.sample_count;
    endNs = to;
    segments++;
  }
  if (segments === 0) return undefined;
  return { flow, segments, startNs, endNs, gaps, gapCount, isContinuousMedia, samples };
}

/** When the segment begins and ends. */
export function boundsOf({ timerange, sample_offset: offset = 0 }: ListedSegment): { from: bigint; to: bigint } {
  const { startNs, endNs } = TimeRange.parse(timerange);
  if (startNs === null || endNs === null) throw new Error(`The segment ${timerange} has no end.`);
  if (offset !== 0) throw new Error(`The segment ${timerange} is a part of its object, which cannot be cut out here.`);
  return { from: startNs, to: endNs };
}

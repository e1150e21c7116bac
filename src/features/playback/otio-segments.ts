import type { CutClip } from '../../formats/otio/read-timeline.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { formatTimestamp, parseTimestamp } from '../../shared/time/timestamp.ts';
import type { SegmentInput, StoredSegment } from '../../tams/segments/segment.ts';

/** Times of frames are rounded, each tool in its own way: less than this is no media. */
const ROUNDING_NS = 1_000n;

/** Where a clip ends. */
export interface ClipEnd {
  /** As the cut says. */
  readonly saidNs: bigint;
  /** On the timeline of the flow that the cut becomes: bounds that were rounded add up. */
  readonly ns: bigint;
}

/** A stretch on two timelines. */
interface Placed {
  readonly segments: readonly SegmentInput[];
  readonly end: ClipEnd;
  /** The part of the clip that has no segments. */
  readonly lackingNs: bigint;
}

/**
 * The segments of a clip at its place in the cut: the same objects, moved by `ts_offset`, the first and the last cut to
 * the nanosecond.
 *
 * @param found those of its flow that overlap it, in the order of time
 * @param before the end of the clip before it, which it goes on from if it follows at once
 */
export function placeClip(clip: CutClip, found: readonly StoredSegment[], before: ClipEnd | undefined): Placed {
  const startNs = snapped(clip.startNs, found[0]);
  const endNs = snapped(clip.endNs, found.at(-1));
  const followsAtOnce =
    before !== undefined && (clip.atNs === before.saidNs || clip.atNs - before.ns <= 2n * ROUNDING_NS);
  const shiftNs = (followsAtOnce ? before.ns : clip.atNs) - startNs;
  const segments: SegmentInput[] = [];
  let coveredNs = 0n;
  for (const segment of found) {
    const from = segment.startNs > startNs ? segment.startNs : startNs;
    const to = segment.endNs < endNs ? segment.endNs : endNs;
    if (from >= to) continue;
    coveredNs += to - from;
    const isWhole = from === segment.startNs && to === segment.endNs;
    segments.push(movedSegment(segment, { from, to, isWhole }, shiftNs));
  }
  const end = { saidNs: clip.atNs + clip.endNs - clip.startNs, ns: endNs + shiftNs };
  return { segments, end, lackingNs: endNs - startNs - coveredNs };
}

/** A bound of a clip, or that of the segment which it is meant to be. */
function snapped(ns: bigint, segment: StoredSegment | undefined): bigint {
  if (segment === undefined) return ns;
  const off = (bound: bigint): bigint => (bound < ns ? ns - bound : bound - ns);
  const { startNs, endNs } = segment;
  const near = off(startNs) < off(endNs) ? startNs : endNs;
  return off(near) <= ROUNDING_NS ? near : ns;
}

function movedSegment(
  { fragment }: StoredSegment,
  { from, to, isWhole }: { readonly from: bigint; readonly to: bigint; readonly isWhole: boolean },
  shiftNs: bigint,
): SegmentInput {
  const present = JSON.parse(`${fragment}}`) as SegmentInput;
  // Counts of samples are those of all that the segment used.
  const { object_id } = present;
  return {
    ...(isWhole ? present : { object_id }),
    timerange: TimeRange.fromNs(from + shiftNs, to + shiftNs).toString(),
    ts_offset: formatTimestamp(parseTimestamp(present.ts_offset ?? '0:0') + shiftNs),
  };
}

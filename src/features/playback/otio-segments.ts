import type { CutClip } from '../../formats/otio/read-timeline.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { formatTimestamp, parseTimestamp } from '../../shared/time/timestamp.ts';
import { fromFragment, type SegmentInput, type StoredSegment } from '../../tams/segments/segment.ts';
import { nextTurn } from '../../shared/loop-turns.ts';
import type { VastStore } from '../../tams/vast-store.ts';

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
  const present = fromFragment(fragment);
  // Counts of samples are those of all that the segment used.
  const { object_id } = present;
  return {
    ...(isWhole ? present : { object_id }),
    timerange: TimeRange.fromNs(from + shiftNs, to + shiftNs).toString(),
    ts_offset: formatTimestamp(parseTimestamp(present.ts_offset ?? '0:0') + shiftNs),
  };
}

interface Stretch {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Segments that a read may bring: so many, and so many more for each stretch that it spares a read of its own. */
const READ = 256;
const READ_PER_STRETCH = 16;

/** A clip's bounds are rounded: besides a segment that it uses it may touch the one before it, and the one after it. */
const TOUCHED = 3;

/**
 * The segments under the clips of one flow, in the order of time: a few reads where the clips are near each other, however
 * many they are.
 *
 * @returns undefined where the clips certainly use more than `most`
 */
export async function segmentsUnder(
  segments: Pick<VastStore['segments'], 'page'>,
  flowId: string,
  clips: readonly CutClip[],
  most: number,
): Promise<readonly StoredSegment[] | undefined> {
  // A segment that reaches into two stretches may be read twice.
  const found = new Map<bigint, StoredSegment>();
  const read = async (stretches: readonly Stretch[]): Promise<boolean> => {
    const [first, last] = [stretches[0], stretches.at(-1)];
    if (first === undefined || last === undefined) return true;
    const isOne = stretches.length === 1;
    const limit = isOne ? most : Math.min(most, READ + READ_PER_STRETCH * stretches.length);
    const timerange = TimeRange.fromNs(first.startNs, last.endNs);
    const { items } = await segments.page(flowId, { timerange, reverse: false }, { limit: limit + 1 });
    await nextTurn();
    if (items.length <= limit) {
      const under = isOne ? items : stretches.flatMap((stretch) => overlapping(items, stretch));
      for (const segment of under) found.set(segment.startNs, segment);
      return found.size <= TOUCHED * most;
    }
    if (isOne) return false;
    const half = Math.ceil(stretches.length / 2);
    return (await read(stretches.slice(0, half))) && (await read(stretches.slice(half)));
  };
  return (await read(stretchesOf(clips))) ? [...found.values()] : undefined;
}

/** The clips' stretches of the flow in the order of time, as one where they touch. */
function stretchesOf(clips: readonly Stretch[]): Stretch[] {
  const stretches: { startNs: bigint; endNs: bigint }[] = [];
  for (const { startNs, endNs } of clips.toSorted((a, b) => (a.startNs < b.startNs ? -1 : 1))) {
    const last = stretches.at(-1);
    if (last === undefined || startNs > last.endNs) stretches.push({ startNs, endNs });
    else if (endNs > last.endNs) last.endNs = endNs;
  }
  return stretches;
}

/** Those of the segments, which are in the order of time, that overlap the stretch. */
export function overlapping(segments: readonly StoredSegment[], { startNs, endNs }: Stretch): StoredSegment[] {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle] as StoredSegment).endNs <= startNs) low = middle + 1;
    else high = middle;
  }
  const found: StoredSegment[] = [];
  for (let at = low; at < segments.length; at++) {
    const segment = segments[at] as StoredSegment;
    if (segment.startNs >= endNs) break;
    found.push(segment);
  }
  return found;
}

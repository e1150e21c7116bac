import { fromFragment, type StoredSegment } from '../segments/segment.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { SegmentReader } from '../segments/segment-repository.ts';

/** The hull of a flow's segments within a range, clipped to it; empty where there are none. */
export async function contentTimerange(segments: SegmentReader, flowId: string, within: TimeRange): Promise<TimeRange> {
  const ends = await segments.ends(flowId, within);
  return ends === undefined ? TimeRange.EMPTY : hullOf(ends.first, ends.last).intersect(within);
}

/** From the start of one segment to the end of another, marked as their own texts are. */
export function hullOf(first: StoredSegment, last: StoredSegment): TimeRange {
  return timerangeOf(first).hull(timerangeOf(last));
}

const timerangeOf = ({ fragment }: StoredSegment): TimeRange => TimeRange.parse(fromFragment(fragment).timerange);

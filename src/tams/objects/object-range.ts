import type { JsonText } from '../../shared/paging.ts';
import { fromFragment } from '../segments/segment.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { INT64_MAX, INT64_MIN, parseTimestamp } from '../../shared/time/timestamp.ts';

/**
 * The range that a segment uses of its object, on the object's own timeline: `timerange - ts_offset` (TAMS 8.2,
 * `object_timerange`). It is cut off where it would lie outside of the times that can be written.
 */
export function rangeInObject(timerange: TimeRange, offsetNs: bigint): TimeRange {
  const { startNs, endNs } = timerange;
  if (offsetNs === 0n || startNs === null || endNs === null) return timerange;
  const start = clamp(startNs - offsetNs, INT64_MIN, INT64_MAX - 1n);
  return TimeRange.withMarkers(start, clamp(endNs - offsetNs, start + 1n, INT64_MAX), timerange);
}

/** The same of a segment as it is kept. @param fragment without its closing brace */
export function rangeInObjectOf(fragment: JsonText): { objectId: string; range: TimeRange } {
  const segment = fromFragment(fragment);
  const range = rangeInObject(TimeRange.parse(segment.timerange), parseTimestamp(segment.ts_offset ?? '0:0'));
  return { objectId: segment.object_id, range };
}

const clamp = (ns: bigint, low: bigint, high: bigint): bigint => (ns < low ? low : ns > high ? high : ns);

/** Adds a range to those that are known of an object. */
export function widen(ranges: Map<string, TimeRange>, objectId: string, range: TimeRange): void {
  ranges.set(objectId, (ranges.get(objectId) ?? TimeRange.EMPTY).hull(range));
}

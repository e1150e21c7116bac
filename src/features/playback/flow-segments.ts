import { AppError } from '../../shared/errors.ts';
import type { CursorPosition } from '../../shared/paging.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { nextTurn } from '../../shared/loop-turns.ts';
import type { StoredSegment } from '../../tams/segments/segment.ts';
import { LIMITS } from './playback-settings.ts';
import type { VastStore } from '../../tams/vast-store.ts';
import { isPartOf, objectIdOf } from '../../tams/segments/segment-clock.ts';

/** Rows that are read in one turn of the event loop. */
const READ_AT_ONCE = 2_000;

/** An hour, which fits into a playlist with what is played with it. */
export const STEP_NS = 3_600_000_000_000n;

/** The segments of a playlist. @throws AppError invalid_request where they are more than one may have */
export async function segmentsIn(
  store: Pick<VastStore, 'segments'>,
  flowId: string,
  timerange: TimeRange,
): Promise<StoredSegment[]> {
  const segments: StoredSegment[] = [];
  let after: CursorPosition | undefined;
  do {
    const page = { limit: READ_AT_ONCE, ...(after && { after }) };
    const { items, next } = await store.segments.page(flowId, { timerange, reverse: false }, page);
    for (const segment of items) segments.push(segment);
    if (segments.length > LIMITS.lines) throw tooLong(flowId, timerange, segments);
    after = next;
    if (after !== undefined) await nextTurn();
  } while (after !== undefined);
  return segments;
}

function tooLong(flowId: string, asked: TimeRange, segments: readonly StoredSegment[]): AppError {
  const endNs = segments[LIMITS.lines]?.startNs ?? null;
  const range = asked.intersect(TimeRange.fromNs(segments[0]?.startNs ?? null, endNs));
  return tooMuch(`flow ${flowId} has more segments there than the ${LIMITS.lines} of a playlist`, range);
}

/** @param beginWith as much as one playlist may have */
export const tooMuch = (why: string, beginWith: TimeRange): AppError =>
  new AppError('invalid_request', `timerange: ${why}; begin with timerange=${beginWith.toString()}`, {
    field: 'timerange',
  });

/** Objects that are looked up at once. */
const LOOKED_UP = 1_000;

/** The segments that use a part of their object. A query for each thousand. */
export async function partUses(
  { objects }: Pick<VastStore, 'objects'>,
  segments: readonly StoredSegment[],
): Promise<ReadonlySet<StoredSegment>> {
  const parts = new Set<StoredSegment>();
  for (let from = 0; from < segments.length; from += LOOKED_UP) {
    const some = segments.slice(from, from + LOOKED_UP);
    const details = await objects.details([...new Set(some.map(objectIdOf))]);
    for (const segment of some) {
      if (isPartOf(segment, details.get(objectIdOf(segment))?.timerange?.range)) parts.add(segment);
    }
  }
  return parts;
}

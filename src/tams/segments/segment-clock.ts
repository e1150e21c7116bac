import type { JsonText } from '../../shared/paging.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { parseTimestamp } from '../../shared/time/timestamp.ts';
import type { StoredSegment } from './segment.ts';

/** The part of a segment that tells whether the clock of its media goes on into the next one. */
export interface SegmentClock {
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The offset of the times of its media, as it was written. */
  readonly offset: string;
  readonly initObjectId: string | null;
  readonly object: string;
  /** Whether it uses a part of its object: players play all of it. */
  readonly isPart: boolean;
}

/** @param isPart whether the segment uses a part of its object */
export function clockOf(
  segment: Pick<StoredSegment, 'startNs' | 'endNs' | 'fragment' | 'initObjectId'>,
  isPart: boolean,
): SegmentClock {
  const { startNs, endNs, fragment, initObjectId } = segment;
  const offset = textIn(fragment, OFFSET) ?? NO_OFFSET;
  return { startNs, endNs, offset, initObjectId, object: textIn(fragment, OBJECT) ?? '', isPart };
}

/** Whether players may go from one to the other without a break. */
export const goesOn = (before: SegmentClock, after: SegmentClock): boolean =>
  before.endNs === after.startNs &&
  before.offset === after.offset &&
  before.initObjectId === after.initObjectId &&
  before.object !== after.object &&
  !before.isPart &&
  !after.isPart;

/** Tracks of one object begin and end with their own frames: such differences are no cut. */
const SAME_NS = 250_000_000n;
const NO_OFFSET = '0:0';

/** @param range of the object, on its own timeline; undefined where it is not known */
export function isPartOf(
  { startNs, endNs, fragment }: Pick<StoredSegment, 'startNs' | 'endNs' | 'fragment'>,
  range: TimeRange | undefined,
): boolean {
  if (range === undefined || range.startNs === null || range.endNs === null) return false;
  const offsetNs = offsetNsOf({ fragment });
  return startNs - offsetNs - range.startNs > SAME_NS || range.endNs - (endNs - offsetNs) > SAME_NS;
}

/** The time of its media that is 0, on the timeline. */
export function offsetNsOf({ fragment }: Pick<StoredSegment, 'fragment'>): bigint {
  const offset = textIn(fragment, OFFSET) ?? NO_OFFSET;
  return offset === NO_OFFSET ? 0n : parseTimestamp(offset);
}

export const objectIdOf = ({ fragment }: Pick<StoredSegment, 'fragment'>): string =>
  String(JSON.parse(`"${textIn(fragment, OBJECT) ?? ''}"`));

const OFFSET = '"ts_offset":"';
const OBJECT = '"object_id":"';

/** A text as it is written in a fragment, with its escapes. */
function textIn(fragment: JsonText, start: string): string | undefined {
  const at = fragment.indexOf(start);
  if (at === -1) return undefined;
  const from = at + start.length;
  let end = fragment.indexOf('"', from);
  while (isEscaped(fragment, end)) end = fragment.indexOf('"', end + 1);
  return fragment.slice(from, end);
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === '\\') before--;
  return (at - before) % 2 === 1;
}

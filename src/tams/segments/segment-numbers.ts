import { fromJson, type Json, toJson } from '../../shared/json-text.ts';
import type { WrittenNumbers } from '../flows/flow-state.ts';
import { clockOf, goesOn, type SegmentClock } from './segment-clock.ts';
import type { StoredSegment } from './segment.ts';

/**
 * Counts that never fall, from which playlists number the segments of a flow (docs/adr/0035-playback.md). Where segments were
 * only appended, or deleted at the start, they are exact; else they are upper bounds.
 */
export interface SegmentNumbers {
  /** Segments that were ever registered. */
  readonly registered: bigint;
  /** Places between segments where the clock of the media does not go on. */
  readonly breaks: bigint;
  /** The latest end since the flow was empty; null while it is. */
  readonly edgeNs: bigint | null;
  /** The clock of the segment that ends there, if it is known. */
  readonly last: Pick<SegmentClock, 'offset' | 'initObjectId' | 'object' | 'isPart'> | undefined;
  /**
   * Whether any segment used a part of its object when it was registered, since the flow was empty; undefined in a flow from
   * before this was kept.
   */
  readonly hasParts: boolean | undefined;
}

/** More than any flow has: for flows from before segments were counted. */
const UNCOUNTED = 1_000_000_000n;

/** The state of a flow, as far as its numbers follow from it. */
interface Numbered {
  readonly content: { readonly endNs: bigint; readonly segments: { readonly count: bigint } | undefined } | null;
  readonly segmentNumbers: Json<WrittenNumbers> | null;
}

export function numbersOf({ content, segmentNumbers }: Numbered): SegmentNumbers {
  if (segmentNumbers !== null) return read(segmentNumbers);
  const count = content === null ? 0n : (content.segments?.count ?? UNCOUNTED);
  const hasParts = content === null ? false : undefined;
  return { registered: count, breaks: count, edgeNs: content?.endNs ?? null, last: undefined, hasParts };
}

/**
 * After these segments, in order of time, are registered.
 *
 * @param isPart whether a segment uses a part of its object
 */
export function numbersWith(
  flow: Numbered,
  added: readonly Pick<StoredSegment, 'startNs' | 'endNs' | 'fragment' | 'initObjectId'>[],
  isPart: (index: number) => boolean,
): SegmentNumbers {
  let { registered, breaks, edgeNs, last, hasParts } = numbersOf(flow);
  for (const [index, segment] of added.entries()) {
    registered++;
    const { startNs, endNs } = segment;
    const clock = clockOf(segment, isPart(index));
    if (clock.isPart) hasParts = true;
    // Between others it may make a break before it, and one after it in the place of one that was there.
    if (edgeNs !== null && startNs < edgeNs) breaks++;
    else if (edgeNs !== null && !(last !== undefined && goesOn({ ...last, startNs, endNs: edgeNs }, clock))) breaks++;
    if (edgeNs !== null && endNs <= edgeNs) continue;
    edgeNs = endNs;
    last = clock;
  }
  return { registered, breaks, edgeNs, last, hasParts };
}

/**
 * After segments, in order of time, are deleted.
 *
 * @param leftFromNs where what is left begins; undefined: nothing is
 */
export function numbersWithout(
  flow: Numbered,
  removed: readonly { readonly startNs: bigint; readonly endNs: bigint }[],
  leftFromNs: bigint | undefined,
): SegmentNumbers {
  const numbers = numbersOf(flow);
  // Between the last segment that was there and the next one.
  if (leftFromNs === undefined) {
    return { ...numbers, breaks: numbers.breaks + 1n, edgeNs: null, last: undefined, hasParts: false };
  }
  const later = removed.filter(({ endNs }) => endNs > leftFromNs);
  const stretches = later.filter(({ startNs }, index) => later[index - 1]?.endNs !== startNs).length;
  return { ...numbers, breaks: numbers.breaks + BigInt(stretches) };
}

/** Ids that are longer are not kept in the flow's row: the next segment counts as a break, which is an upper bound. */
const ID_MAX = 1_000;

/** The cell of the flow's row. */
export function writeNumbers({ registered, breaks, edgeNs, last, hasParts }: SegmentNumbers): Json<WrittenNumbers> {
  const isKept = last !== undefined && Math.max(last.object.length, last.initObjectId?.length ?? 0) <= ID_MAX;
  const counts = [String(registered), String(breaks), edgeNs === null ? null : String(edgeNs)] as const;
  const written: WrittenNumbers = isKept
    ? [...counts, last.offset, last.initObjectId, last.object, last.isPart]
    : [...counts, null, null, null, null];
  if (hasParts !== undefined) written.push(hasParts);
  return toJson(written);
}

function read(cell: Json<WrittenNumbers>): SegmentNumbers {
  const [registered, breaks, edge, offset, initObjectId = null, object, isPart, hasParts] = fromJson(cell);
  const isKept = typeof offset === 'string';
  return {
    registered: BigInt(registered),
    breaks: BigInt(breaks),
    edgeNs: edge === null ? null : BigInt(edge),
    last: isKept ? { offset, initObjectId, object: object ?? '', isPart: isPart === true } : undefined,
    hasParts,
  };
}

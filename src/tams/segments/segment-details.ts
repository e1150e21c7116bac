import { rangeInObjectOf, widen } from '../objects/object-range.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { SegmentDetails, SegmentParts, StoredSegment } from './segment.ts';
import type { VastStore } from '../vast-store.ts';

/** Adds what is asked for of the segments' objects: one query for a page that needs any, two where it has old objects. */
export async function withDetails(
  store: Pick<VastStore, 'objects' | 'segments'>,
  segments: readonly StoredSegment[],
  details: SegmentDetails,
): Promise<readonly SegmentParts[]> {
  const inits = details.init ? segments.flatMap(({ initObjectId }) => initObjectId ?? []) : [];
  const used = details.objectTimerange ? segments.map(({ fragment }) => rangeInObjectOf(fragment)) : [];
  if (inits.length === 0 && used.length === 0) return segments;
  const objects = await store.objects.details([...new Set([...inits, ...used.map(({ objectId }) => objectId)])]);
  const older = used.filter(({ objectId }) => objects.get(objectId)?.timerange === undefined);
  const ranges = await olderRanges(store, older);
  return segments.map((segment, index) => {
    const { fragment, locations, externalUrls, initObjectId } = segment;
    const init = initObjectId === null ? undefined : objects.get(initObjectId);
    const objectId = used[index]?.objectId;
    const range =
      objectId === undefined ? undefined : (objects.get(objectId)?.timerange?.range ?? ranges.get(objectId));
    return {
      fragment,
      locations,
      externalUrls,
      init: init && initObjectId !== null ? { ...init, id: initObjectId } : undefined,
      objectTimerange: range?.toString(),
    };
  });
}

/** Ranges of objects that are older than their ranges: what segments use of them. */
async function olderRanges(
  store: Pick<VastStore, 'segments'>,
  used: readonly { objectId: string; range: TimeRange }[],
): Promise<ReadonlyMap<string, TimeRange>> {
  const ranges = await store.segments.rangesOf([...new Set(used.map(({ objectId }) => objectId))]);
  for (const { objectId, range } of used) widen(ranges, objectId, range);
  return ranges;
}

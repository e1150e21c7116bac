import type { StoredSegment } from '../../tams/segments/segment.ts';
import { isPartOf, objectIdOf } from '../../tams/segments/segment-clock.ts';
import type { VastStore } from '../../tams/vast-store.ts';

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

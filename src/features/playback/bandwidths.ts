import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** Segments that are measured where a flow says nothing of its bit rate. */
const MEASURED = 3;
/** For those that say nothing, and have nothing to measure. */
const UNKNOWN_BPS = 1_000_000;
const PER_KBIT = 1000;

/**
 * The peak bit rate of a flow in bits per second: as it says, or of some of its segments. An average is no peak, and no peak is
 * below it.
 */
export async function bandwidthOf(
  store: Pick<VastStore, 'segments'>,
  media: MediaStoreRegistry,
  { id, max_bit_rate: max, avg_bit_rate: average }: Flow,
): Promise<number> {
  // TAMS counts thousands of bits (`max_bit_rate`).
  if (max !== undefined && max > 0) return max * PER_KBIT;
  const page = await store.segments.page(id, { timerange: TimeRange.EVERYTHING, reverse: false }, { limit: MEASURED });
  const rates = await Promise.all(
    page.items.map(async ({ locations, startNs, endNs }) => {
      const [place] = unpackLocations(locations);
      const info = place && (await media.get(place.storageId)?.head(place.storagePath));
      return info === undefined ? 0 : Math.ceil((info.size * 8) / (Number(endNs - startNs) / 1e9));
    }),
  );
  return Math.max(Math.max(...rates, 0) || UNKNOWN_BPS, (average ?? 0) * PER_KBIT);
}

import { LRUCache } from 'lru-cache';
import { initExtent } from '../../formats/isobmff/init-extent.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';

const KEPT_MAX = 10_000;
/** Most files have all of it here. */
const FIRST_READ = 16 * 1024;
/** No initialisation is larger: sample tables are empty in one. */
const READ_MAX = 4 * 1024 * 1024;

/** Bytes before the first fragment; `whole` where the file has no fragments, `unknown` where it cannot be read. */
export type Extent = number | 'whole' | 'unknown';

/** How far the initialisation of self-contained files reaches, each looked into once. */
export class InitExtents {
  readonly #media: MediaStoreRegistry;
  readonly #kept = new LRUCache<string, Exclude<Extent, 'unknown'>>({ max: KEPT_MAX });

  constructor(media: MediaStoreRegistry) {
    this.#media = media;
  }

  kept(locations: string | null): Extent | undefined {
    return locations === null ? 'unknown' : this.#kept.get(locations);
  }

  /** @throws AppError where the store cannot serve it now */
  async read(locations: string | null): Promise<Extent> {
    const extent = this.kept(locations) ?? (await this.#read(locations));
    if (locations !== null && extent !== 'unknown') this.#kept.set(locations, extent);
    return extent;
  }

  async #read(locations: string | null): Promise<Extent> {
    const place = unpackLocations(locations).find(({ storageId }) => this.#media.get(storageId) !== undefined);
    const store = place && this.#media.get(place.storageId);
    if (place === undefined || store === undefined) return 'unknown';
    for (let wanted = FIRST_READ; wanted <= READ_MAX;) {
      const { body, size } = await store.get(place.storagePath, { start: 0, end: wanted - 1 });
      const extent = initExtent(Buffer.concat(await body.toArray()));
      if (extent === undefined) return 'unknown';
      if ('bytes' in extent) return extent.bytes;
      if ('fragmented' in extent) return 'whole';
      if (extent.needs <= wanted || wanted >= size) return 'unknown';
      wanted = extent.needs;
    }
    return 'unknown';
  }
}

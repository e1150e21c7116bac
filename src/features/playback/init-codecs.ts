import { LRUCache } from 'lru-cache';
import { codecStrings } from '../../formats/isobmff/codec-strings.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';
import { carriedFormat } from './carried-formats.ts';
import type { VastStore } from '../../tams/vast-store.ts';

const KEPT_MAX = 10_000;
/** Initialisations are a few kilobytes. */
const READ_BYTES = 64 * 1024;

/** The codecs of flows as the initialisation of their first segment tells them. Each file is looked into once. */
export class InitCodecs {
  readonly #media: MediaStoreRegistry;
  readonly #kept = new LRUCache<string, readonly string[]>({ max: KEPT_MAX });

  constructor(media: MediaStoreRegistry) {
    this.#media = media;
  }

  /** Two queries, and a read. Undefined where they cannot be known. @throws AppError where the store cannot serve it now */
  async of(
    store: Pick<VastStore, 'segments' | 'objects'>,
    { id, container }: Flow,
  ): Promise<readonly string[] | undefined> {
    if (carriedFormat(container)?.kind !== 'fragmented') return undefined;
    const all = { timerange: TimeRange.EVERYTHING, reverse: false };
    const [segment] = (await store.segments.page(id, all, { limit: 1 })).items;
    if (segment === undefined) return undefined;
    const { initObjectId } = segment;
    const init = initObjectId === null ? segment : (await store.objects.details([initObjectId])).get(initObjectId);
    return init?.locations ? this.#read(init.locations) : undefined;
  }

  async #read(locations: string): Promise<readonly string[] | undefined> {
    const kept = this.#kept.get(locations);
    if (kept !== undefined) return kept;
    const place = unpackLocations(locations).find(({ storageId }) => this.#media.get(storageId) !== undefined);
    const store = place && this.#media.get(place.storageId);
    if (place === undefined || store === undefined) return undefined;
    // One that was never uploaded has none to tell.
    if ((await store.head(place.storagePath)) === undefined) return undefined;
    const { body } = await store.get(place.storagePath, { start: 0, end: READ_BYTES - 1 });
    const codecs = codecStrings(Buffer.concat(await body.toArray()));
    if (codecs !== undefined) this.#kept.set(locations, codecs);
    return codecs;
  }
}

import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';
import type { ExternalUrl, ObjectPlaces, StoredSegment } from '../../tams/segments/segment.ts';
import { sourceNotFound } from '../../tams/sources/source-lifecycle.ts';
import type { Playable } from './playback-tokens.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** Finds what lines of playlists lead to, over a view of the store. */
export class MediaRedirects {
  readonly #store: Pick<VastStore, 'flows' | 'sources' | 'segments' | 'objects'>;
  readonly #media: MediaStoreRegistry;

  constructor(store: Pick<VastStore, 'flows' | 'sources' | 'segments' | 'objects'>, media: MediaStoreRegistry) {
    this.#store = store;
    this.#media = media;
  }

  /** The segment that has this place. @throws AppError not_found */
  async segment(flowId: string, startNs: bigint, endNs: bigint): Promise<StoredSegment> {
    await this.mustExist({ flowId });
    const timerange = TimeRange.fromNs(startNs, startNs + 1n);
    const { items } = await this.#store.segments.page(flowId, { timerange, reverse: false }, { limit: 1 });
    const [segment] = items;
    if (segment === undefined || segment.startNs !== startNs || segment.endNs !== endNs) {
      throw new AppError('not_found', `flow ${flowId} has no segment at this place any more; load the playlist again`);
    }
    return segment;
  }

  /** A URL of an initialisation segment that the flow uses. @throws AppError not_found */
  async init(flowId: string, objectId: string, baseUrl: string): Promise<string> {
    await this.mustExist({ flowId });
    const isUsed = await this.#store.segments.usesInit(flowId, objectId);
    const found = isUsed ? await this.#store.objects.details([objectId]) : undefined;
    const object = found?.get(objectId);
    if (object === undefined) throw new AppError('not_found', `flow ${flowId} uses no such initialisation segment`);
    return this.urlOf(object, baseUrl);
  }

  /** @throws AppError not_found */
  async mustExist(playable: Playable): Promise<void> {
    if ('flowId' in playable) {
      const { flowId } = playable;
      if ((await this.#store.flows.segmentsVersion(flowId)) === undefined) throw flowNotFound(flowId);
    } else if ((await this.#store.sources.find(playable.sourceId)) === undefined) {
      throw sourceNotFound(playable.sourceId);
    }
  }

  /** A URL that is signed now. @throws AppError not_found */
  urlOf({ locations, externalUrls }: ObjectPlaces, baseUrl: string): string {
    for (const { storageId, storagePath } of unpackLocations(locations)) {
      const store = this.#media.get(storageId);
      if (store !== undefined) return store.presignGet(storagePath, baseUrl);
    }
    const [external] = externalUrls === null ? [] : (JSON.parse(externalUrls) as ExternalUrl[]);
    // As a header can carry it: clients may write URLs with any characters.
    if (external !== undefined) return new URL(external.url).href;
    throw new AppError('not_found', 'no copy of this media object is within reach');
  }
}

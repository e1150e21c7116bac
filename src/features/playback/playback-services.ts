import { LRUCache } from 'lru-cache';
import { accessOf } from '../../tams/access/access.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import { LimitedMedia } from '../../tams/access/limited-media.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { Services } from '../../tams/services.ts';
import type { Platform } from '../feature.ts';
import type { FlowChanges } from './flow-changes.ts';
import { FlowPlayback, type KeptPlaylist } from './flow-playback.ts';
import { InitCodecs, InitExtents } from './initialisations.ts';
import { OtioImport } from './otio-import.ts';
import { OtioExport } from './otio-export.ts';
import { PresentationPlayback } from './presentation-playback.ts';
import { MakingQueue } from './making-queue.ts';
import type { VastStore } from '../../tams/vast-store.ts';
import { withTimestampMap } from '../../formats/hls.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { offsetNsOf } from '../../tams/segments/segment-clock.ts';
import { fromJson } from '../../shared/json-text.ts';
import type { ObjectPlaces, StoredSegment } from '../../tams/segments/segment.ts';
import { beginningOf, copyWithin } from './object-copies.ts';
import { LIMITS } from './playback-settings.ts';
import type { Playable } from './playback-tokens.ts';
import { mediaFlowsOf } from './presentation-step.ts';
import { AppError } from '../../shared/errors.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import { sourceNotFound } from '../../tams/sources/source-lifecycle.ts';

/** Files of WebVTT as players need them, over a view of the store. */
class TextLines {
  readonly #store: Pick<VastStore, 'flows' | 'segments'>;
  readonly #media: MediaStoreRegistry;

  constructor(store: Pick<VastStore, 'flows' | 'segments'>, media: MediaStoreRegistry) {
    this.#store = store;
    this.#media = media;
  }

  /**
   * The text of a segment, with the time that its time 0 has in the media that it is played with.
   *
   * @param of the presentation; undefined: media whose own times are those of the timeline
   * @returns undefined for what is no WebVTT, is too large for a text, or lies elsewhere: that is sent as it is
   */
  async read(segment: StoredSegment, of: Playable | undefined): Promise<Buffer | undefined> {
    const file = await beginningOf(this.#media, segment.locations, LIMITS.textBytes);
    if (file === undefined || file.size > LIMITS.textBytes) return undefined;
    return withTimestampMap(file.bytes, offsetNsOf(segment) - (await this.#mediaOffsetNs(segment, of)));
  }

  /** The offset of the first picture, or else sound, that is played at that time. */
  async #mediaOffsetNs({ startNs, endNs }: StoredSegment, of: Playable | undefined): Promise<bigint> {
    const [flow] = of === undefined ? [] : await mediaFlowsOf(this.#store.flows, of);
    if (flow === undefined) return 0n;
    const query = { timerange: TimeRange.fromNs(startNs, endNs), reverse: false };
    const { items } = await this.#store.segments.page(flow.id, query, { limit: 1 });
    return items[0] === undefined ? 0n : offsetNsOf(items[0]);
  }
}

/** Finds what lines of playlists lead to, over a view of the store. */
class MediaRedirects {
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
    const copy = copyWithin(this.#media, locations);
    if (copy !== undefined) return copy.store.presignGet(copy.storagePath, baseUrl);
    const [external] = externalUrls === null ? [] : fromJson(externalUrls);
    // As a header can carry it: clients may write URLs with any characters.
    if (external !== undefined) return new URL(external.url).href;
    throw new AppError('not_found', 'no copy of this media object is within reach');
  }
}

export interface PlaybackServices {
  readonly flows: FlowPlayback;
  readonly presentations: PresentationPlayback;
  readonly otio: OtioExport;
  readonly cuts: OtioImport;
  readonly redirects: MediaRedirects;
  readonly texts: TextLines;
}

/** The services as a principal may use them. */
export function playbackServicesOf(
  { store, media, settings, tams }: Platform,
  changes: FlowChanges,
  kept: LRUCache<string, KeptPlaylist>,
): (asker: Asker) => PlaybackServices {
  const parts = {
    extents: new InitExtents(media),
    changes,
    kept,
    making: new Map<string, Promise<KeptPlaylist>>(),
    queue: new MakingQueue(),
    // Imports take longer than a player waits.
    imports: new MakingQueue(),
  };
  const inits = new InitCodecs(media);
  const build = (
    view: VastStore,
    reachable: MediaStoreRegistry,
    reading: VastStore,
    own: Services,
  ): PlaybackServices => {
    const presentations = new PresentationPlayback(view, media, parts.queue, inits);
    return {
      flows: new FlowPlayback(view, { presentations, ...parts }),
      presentations,
      otio: new OtioExport(view, parts.queue),
      cuts: new OtioImport({
        reading,
        store: view,
        services: own,
        queue: parts.imports,
        segmentsMax: settings.limits.segmentsPerRequest,
      }),
      redirects: new MediaRedirects(view, reachable),
      texts: new TextLines(view, reachable),
    };
  };
  return byClasses(settings.classes, build(store, media, store, tams.forAll), (limits, asker) =>
    build(
      store.limitedTo(limits),
      new LimitedMedia(media, accessOf(limits)),
      store.limitedTo({ ...limits, right: 'read' }),
      tams.of(asker),
    ),
  );
}

const ENTRY_OVERHEAD_BYTES = 500;

/** Texts of playlists by all that they are made of: all players of a programme ask for the same. */
export const playlistCache = (maxBytes: number): LRUCache<string, KeptPlaylist> =>
  new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ text }, key) => text.length + key.length + ENTRY_OVERHEAD_BYTES,
  });

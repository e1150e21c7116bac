import { withTimestampMap } from '../../formats/hls/webvtt-map.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';
import { offsetNsOf } from '../../tams/segments/segment-clock.ts';
import type { StoredSegment } from '../../tams/segments/segment.ts';
import { LIMITS } from './playback-settings.ts';
import type { Playable } from './playback-tokens.ts';
import { mediaFlowsOf } from './presentation-step.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** Files of WebVTT as players need them, over a view of the store. */
export class TextLines {
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
    const place = unpackLocations(segment.locations).find(({ storageId }) => this.#media.get(storageId) !== undefined);
    const store = place && this.#media.get(place.storageId);
    if (place === undefined || store === undefined) return undefined;
    const { body, size } = await store.get(place.storagePath, { start: 0, end: LIMITS.textBytes - 1 });
    const file = Buffer.concat(await body.toArray());
    if (size > LIMITS.textBytes) return undefined;
    return withTimestampMap(file, offsetNsOf(segment) - (await this.#mediaOffsetNs(segment, of)));
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

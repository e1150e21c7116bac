import { accessOf } from '../../tams/access/access.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import { LimitedMedia } from '../../tams/access/limited-media.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { Services } from '../../tams/services.ts';
import type { Platform } from '../feature.ts';
import { LRUCache } from 'lru-cache';
import type { FlowChanges } from './flow-changes.ts';
import { FlowPlayback, type KeptPlaylist } from './flow-playback.ts';
import { InitCodecs } from './init-codecs.ts';
import { InitExtents } from './init-extents.ts';
import { OtioImport } from './otio-import.ts';
import { OtioExport } from './otio-export.ts';
import { PresentationPlayback } from './presentation-playback.ts';
import { MakingQueue } from './making-queue.ts';
import { MediaRedirects } from './media-redirects.ts';
import { TextLines } from './text-lines.ts';
import type { VastStore } from '../../tams/vast-store.ts';

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

import { accessOf } from '../../tams/access/access.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import { LimitedMedia } from '../../tams/access/limited-media.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { Store } from '../../tams/store.ts';
import type { Platform } from '../feature.ts';
import { FlowPlayback, playlistCache } from './flow-playback.ts';
import { InitExtents } from './init-extents.ts';
import { PresentationPlayback } from './presentation-playback.ts';
import { MediaRedirects } from './media-redirects.ts';

export interface PlaybackServices {
  readonly flows: FlowPlayback;
  readonly presentations: PresentationPlayback;
  readonly redirects: MediaRedirects;
}

/** The services as a principal may use them. */
export function playbackServicesOf({ store, media, settings }: Platform): (asker: Asker) => PlaybackServices {
  const extents = new InitExtents(media);
  const kept = playlistCache();
  const build = (view: Store, reachable: MediaStoreRegistry): PlaybackServices => {
    const presentations = new PresentationPlayback(view, media);
    return {
      flows: new FlowPlayback(view, presentations, extents, kept),
      presentations,
      redirects: new MediaRedirects(view, reachable),
    };
  };
  return byClasses(settings.classes, build(store, media), (limits) =>
    build(store.limitedTo(limits), new LimitedMedia(media, accessOf(limits))),
  );
}

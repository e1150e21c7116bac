import { accessOf } from '../../tams/access/access.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import { LimitedMedia } from '../../tams/access/limited-media.ts';
import type { Platform } from '../feature.ts';
import { FlowPlayback, playlistCache } from './flow-playback.ts';
import { InitExtents } from './init-extents.ts';
import { MediaRedirects } from './media-redirects.ts';

export interface PlaybackServices {
  readonly flows: FlowPlayback;
  readonly redirects: MediaRedirects;
}

/** The services as a principal may use them. */
export function playbackServicesOf({ store, media, settings }: Platform): (asker: Asker) => PlaybackServices {
  const extents = new InitExtents(media);
  const kept = playlistCache();
  const forAll = { flows: new FlowPlayback(store, extents, kept), redirects: new MediaRedirects(store, media) };
  return byClasses(settings.classes, forAll, (limits) => {
    const view = store.limitedTo(limits);
    return {
      flows: new FlowPlayback(view, extents, kept),
      redirects: new MediaRedirects(view, new LimitedMedia(media, accessOf(limits))),
    };
  });
}

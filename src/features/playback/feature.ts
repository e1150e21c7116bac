import type { Feature } from '../feature.ts';
import { playbackRoutes } from './playback-routes.ts';
import { playbackServicesOf } from './playback-services.ts';
import { type PlaybackConfig, readPlayback } from './playback-settings.ts';

/** Flows and sources for players (docs/adr/0035-playback.md). */
export const playback: Feature<PlaybackConfig> = {
  settings: readPlayback,
  open: (platform, { enabled }) => {
    if (!enabled) return Promise.resolve(undefined);
    const services = playbackServicesOf(platform);
    return Promise.resolve({
      routes: (app, context) => {
        playbackRoutes(app, { ...context, playback: services });
      },
    });
  },
};

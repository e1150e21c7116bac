import type { Feature } from '../feature.ts';
import { type PlaybackConfig, readPlayback } from './playback-settings.ts';

/** Flows and sources for players (docs/adr/0035-playback.md). */
export const playback: Feature<PlaybackConfig> = {
  variables: ['PLAYBACK'],
  settings: readPlayback,
  open: async (platform, { enabled }) => {
    if (!enabled) return undefined;
    const { openPlayback } = await import('./open-playback.ts');
    return openPlayback(platform);
  },
};

import type { TamsApp } from '../../http/tams-app.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { FlowChanges } from './flow-changes.ts';
import { lineRoutes } from './line-routes.ts';
import { otioImportRoute, otioRoutes } from './otio-routes.ts';
import { playlistRoutes, tokenRoutes } from './playback-routes.ts';
import { PlaybackTokens } from './playback-tokens.ts';
import { playbackServicesOf, playlistCache } from './playback-services.ts';

/** Playlists and timelines, and the changes that requests of players wait for. */
export function openPlayback(platform: Platform): OpenFeature {
  const { store } = platform;
  const changes = new FlowChanges((flowId) => store.flows.segmentsVersion(flowId));
  store.subscribers.add(changes.subscriber);
  const budgetBytes = platform.settings.memory.playlists * 2 ** 20;
  const kept = playlistCache(budgetBytes);
  const services = playbackServicesOf(platform, changes, kept);
  return {
    tags: [{ name: 'Playback', description: 'Playlists of flows and sources for players; not a part of TAMS.' }],
    routes: async (app, context) => {
      // Requests that wait would keep a stopping server up.
      app.addHook('preClose', (closing) => {
        changes.stop();
        closing();
      });
      const tokens = new PlaybackTokens(platform.secret, store, context.authentication);
      const own = { ...context, playback: services, tokens };
      playlistRoutes(app, own);
      otioRoutes(app, own);
      await app.register((imports: TamsApp) => {
        otioImportRoute(imports, own);
        return Promise.resolve();
      });
      tokenRoutes(app, own);
      await lineRoutes(app, own);
    },
    memory: [{ part: 'playlists', budgetBytes, usedBytes: () => kept.calculatedSize }],
    metrics: [
      {
        name: 'tams_playback_waiting_requests',
        help: 'Requests of players that wait for a live flow to change.',
        type: 'gauge',
        read: () => [{ value: changes.count }],
      },
    ],
  };
}

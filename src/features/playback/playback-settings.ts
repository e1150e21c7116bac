import type { Environment } from '../../config/environment.ts';

export interface PlaybackConfig {
  readonly enabled: boolean;
}

export const readPlayback = (env: Environment): PlaybackConfig => ({ enabled: env.flag('PLAYBACK') ?? true });

/** Bounds of everything that clients can make large. */
export const LIMITS = {
  /** Lines of a playlist: eleven hours of segments of two seconds. */
  lines: 20_000,
  /** Segments of all flows that a playlist keeps in step with. */
  stepLines: 200_000,
  /** Requests that wait for a change, of all players. */
  waiting: 2_000,
  /** Playlists and timelines that are made at once, and that wait for it. */
  making: 8,
  queued: 500,
  /** Objects that are looked into for one playlist. */
  extentsRead: 64,
  /** Files of WebVTT that are read here. */
  textBytes: 1024 * 1024,
  /** Flows of one presentation. */
  renditions: 64,
} as const;

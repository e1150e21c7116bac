import { AppError } from '../../shared/errors.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { Playable } from './playback-tokens.ts';

/** Options of a playlist, as its URL has them. */
export interface PlaylistQuery {
  /** Undefined: what there is. */
  readonly timerange?: TimeRange | undefined;
  /** Seconds at the end of the flow. */
  readonly window?: number | 'all' | undefined;
  /** The number of a line that the answer waits for. */
  readonly awaited?: bigint | undefined;
  /** The presentation that the playlist is a rendition of. */
  readonly of: Playable | undefined;
  /** The query of playlists that a multivariant one leads to: the options that go on to them. */
  readonly ofRenditions: URLSearchParams;
}

/** The query of a playlist, as it is written. */
export interface Asked {
  readonly timerange?: string;
  readonly window?: string;
  readonly of?: string;
  readonly _HLS_msn?: string;
  readonly _HLS_part?: string;
}

/** @throws AppError invalid_request, invalid_timerange */
export function readPlaylistQuery(asked: Asked): PlaylistQuery {
  const { timerange, window, of, _HLS_msn: awaited, _HLS_part: part } = asked;
  if (timerange !== undefined && window !== undefined) {
    throw new AppError('invalid_request', 'window: a playlist has a window or a timerange', { field: 'window' });
  }
  if (part !== undefined && awaited === undefined) {
    throw new AppError('invalid_request', '_HLS_part: is taken with _HLS_msn alone', { field: '_HLS_part' });
  }
  return {
    timerange: readTimerange(timerange),
    window: window === undefined || window === 'all' ? window : Number(window),
    awaited: awaited === undefined ? undefined : BigInt(awaited),
    of: readOf(of),
    ofRenditions: new URLSearchParams({
      ...(timerange !== undefined && { timerange }),
      ...(window !== undefined && { window }),
    }),
  };
}

/** A presentation as addresses have it. */
export function readOf(of: string | undefined): Playable | undefined {
  if (of === undefined) return undefined;
  const [kind, id = ''] = of.split('/');
  return kind === 'sources' ? { sourceId: id } : { flowId: id };
}

/** As `readOf` reads it. */
export const writeOf = (of: Playable): string => ('sourceId' in of ? `sources/${of.sourceId}` : `flows/${of.flowId}`);

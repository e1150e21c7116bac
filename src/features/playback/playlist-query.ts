import { AppError } from '../../shared/errors.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { Playable } from './playback-tokens.ts';
import type { PlaylistQuery } from './flow-playback.ts';

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
    of: of === undefined ? undefined : readOf(of),
    ofRenditions: renditionQuery(asked),
  };
}

/** @see playlistQuery */
function readOf(of: string): Playable {
  const [kind, id = ''] = of.split('/');
  return kind === 'sources' ? { sourceId: id } : { flowId: id };
}

/** The options that go on to the playlists of renditions. */
export function renditionQuery({ timerange, window }: Asked): URLSearchParams {
  return new URLSearchParams({
    ...(timerange !== undefined && { timerange }),
    ...(window !== undefined && { window }),
  });
}

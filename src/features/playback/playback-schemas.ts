import { Type } from '../../shared/type-builder.ts';
import { DateTime, Integer, Timerange } from '../../http/schemas/common.ts';
import type { ResponseDoc } from '../../http/schemas/responses.ts';

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

const timerange = Type.Optional(Timerange);
const window = Type.Optional(
  Type.String({
    pattern: '^(all|[1-9][0-9]{0,6})$',
    description: 'Seconds at the end of the flow, or `all`. By default 300 of a live flow, and all of a finished one.',
  }),
);

const presentation = Type.String({
  pattern: '^(sources|flows)/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description:
    'The source, or the multi flow, that it is played with: what others of it have, and this flow has not, is a gap.',
});

export const lineQuery = Type.Object({ of: Type.Optional(presentation) });

export const presentationQuery = Type.Object({ timerange, window });

export const playlistQuery = Type.Object({
  timerange,
  window,
  of: Type.Optional(presentation),
  _HLS_msn: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,15}$', description: 'The number of a line: the answer waits until it is there.' }),
  ),
  _HLS_part: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,15}$', description: 'Taken with `_HLS_msn`; lines have no parts here.' }),
  ),
});

export const playlistDoc = (description: string): ResponseDoc => ({
  description,
  content: { [PLAYLIST_TYPE]: { schema: Type.String() } },
});

export const playbackUrlQuery = Type.Object({
  expires_in: Type.Optional(
    Integer({ minimum: 60, description: 'Seconds that the URL is good for, at most 604800. By default 43200.' }),
  ),
});

export const PlaybackUrl = Type.Object(
  { url: Type.String({ description: 'The URL of a playlist.' }), expires: DateTime },
  { title: 'PlaybackUrl', description: 'A URL for players, with a token in it.' },
);

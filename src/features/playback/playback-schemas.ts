import Type from 'typebox';
import { Timerange } from '../../http/schemas/common.ts';
import type { ResponseDoc } from '../../http/schemas/responses.ts';

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

export const playlistQuery = Type.Object({
  timerange: Type.Optional(Timerange),
});

export const playlistDoc = (description: string): ResponseDoc => ({
  description,
  content: { [PLAYLIST_TYPE]: { schema: Type.String() } },
});

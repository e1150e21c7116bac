// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { operation, readOperation } from '../../http/operation.ts';
import { badQuery, json, noBody, notFound, type ResponseDoc } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import type { Asker, TamsContext } from '../../tams/route-context.ts';
import type { MadePlaylist } from './flow-playback.ts';
import { type Asked, readPlaylistQuery } from './playlist-query.ts';
import type { PlaybackServices } from './playback-services.ts';
import type { Playable, PlaybackTokens } from './playback-tokens.ts';
import { Type } from '../../shared/type-builder.ts';
import { DateTime, Integer, Timerange } from '../../http/schemas/common.ts';
import { sendJson } from '../../http/send-json.ts';
import { AppError } from '../../shared/errors.ts';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

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

const playlistDoc = (description: string): ResponseDoc => ({
  description,
  content: { [PLAYLIST_TYPE]: { schema: Type.String() } },
});

const playbackUrlQuery = Type.Object({
  expires_in: Type.Optional(
    Integer({ minimum: 60, description: 'Seconds that the URL is good for, at most 604800. By default 43200.' }),
  ),
});

const PlaybackUrl = Type.Object(
  { url: Type.String({ description: 'The URL of a playlist.' }), expires: DateTime },
  { title: 'PlaybackUrl', description: 'A URL for players, with a token in it.' },
);

export interface PlaybackContext extends Pick<TamsContext, 'baseUrl'> {
  readonly playback: (request: Asker) => PlaybackServices;
  readonly tokens: PlaybackTokens;
}

/** A finished playlist changes when the flow does. */
const FINISHED_CACHE = 'private, max-age=10';

/** Playlists of HLS. Beyond TAMS. */
export function playlistRoutes(app: TamsApp, context: PlaybackContext): void {
  readOperation(app, {
    url: '/playback/sources/:sourceId.m3u8',
    name: 'playback-sources-sourceId',
    tag: 'Playback',
    summary: 'Get an HLS playlist of a source',
    description:
      'A multivariant one: its video flows are variants, and the audio and text flows that are collected with them ' +
      'are renditions. The query goes on to their playlists.',
    schema: { params: sourceParams, querystring: presentationQuery },
    responses: { 200: playlistDoc('A multivariant playlist.'), 400: badQuery, 404: notFound },
    handler: (request, reply) => sendSource(context, request, reply, request.params.sourceId, request.query),
  });

  readOperation(app, {
    url: '/playback/flows/:flowId.m3u8',
    name: 'playback-flows-flowId',
    tag: 'Playback',
    summary: 'Get an HLS playlist of a flow',
    description:
      'Its lines are named by their places on the timeline of the flow, in nanoseconds, and lead to redirects.',
    schema: { params: flowParams, querystring: playlistQuery },
    // Players that wait are no work, and have a limit of their own.
    traffic: 'media',
    responses: {
      200: playlistDoc('A media playlist; of a multi flow without segments of its own, a multivariant one.'),
      302: noBody('It is live: the playlist of its last minutes is there.'),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => sendFlow(context, request, reply, request.params.flowId, request.query),
  });
}

export async function sendSource(
  { playback }: PlaybackContext,
  request: FastifyRequest,
  reply: FastifyReply,
  sourceId: string,
  asked: Asked,
): Promise<FastifyReply> {
  const { ofRenditions } = readPlaylistQuery(asked);
  const text = await playback(request).presentations.ofSource(sourceId, ofRenditions);
  return sendPlaylist(request, reply, { text });
}

export async function sendFlow(
  { playback }: PlaybackContext,
  request: FastifyRequest,
  reply: FastifyReply,
  flowId: string,
  asked: Asked,
): Promise<FastifyReply> {
  const query = readPlaylistQuery(asked);
  const gone = new AbortController();
  if (query.awaited !== undefined) reply.raw.once('close', () => gone.abort());
  return sendPlaylist(request, reply, await playback(request).flows.playlist(flowId, query, gone.signal));
}

function sendPlaylist(request: FastifyRequest, reply: FastifyReply, made: MadePlaylist): FastifyReply {
  if ('window' in made) {
    const { pathname, searchParams } = new URL(request.url, 'http://unused');
    searchParams.set('window', String(made.window));
    // Relative, since the path may be another one in front of a proxy.
    return sendRedirect(reply, `${pathname.slice(pathname.lastIndexOf('/') + 1)}?${searchParams.toString()}`);
  }
  const { text, entityTag } = made;
  reply.header('content-type', PLAYLIST_TYPE);
  if (entityTag === undefined) {
    reply.header('cache-control', 'no-store');
  } else {
    reply.header('cache-control', FINISHED_CACHE).header('etag', entityTag);
    if (request.headers['if-none-match'] === entityTag) return reply.code(304).send();
  }
  return request.method === 'HEAD' ? reply.send() : reply.send(text);
}

/** Nobody may keep it: it is made with the rights of this moment. */
export const sendRedirect = (reply: FastifyReply, url: string): FastifyReply =>
  reply.code(302).header('cache-control', 'no-store').header('location', url).send();

const URL_LIFE_S = 12 * 3600;
const URL_LIFE_MAX_S = 7 * 24 * 3600;
const urlDescription =
  'For players that send no headers: the URL has a token in it, and so has all that its playlist leads to. What is played is what ' +
  'whoever made it may read at that time.';
const urlResponses = {
  201: json('A URL that is a secret until it expires.', PlaybackUrl),
  400: badQuery,
  404: notFound,
};

/** URLs for players. They change nothing, and reading is the right that they need. */
export function tokenRoutes(app: TamsApp, { playback, tokens, baseUrl }: PlaybackContext): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, playable: Playable, lifeS = URL_LIFE_S) => {
    if (lifeS > URL_LIFE_MAX_S) {
      throw new AppError('invalid_request', `expires_in: must be at most ${URL_LIFE_MAX_S}`, { field: 'expires_in' });
    }
    await playback(request).redirects.mustExist(playable);
    const expires = Math.floor(Date.now() / 1000) + lifeS;
    const token = tokens.make(playable, request.auth, expires);
    const path = 'flowId' in playable ? `flows/${playable.flowId}` : `sources/${playable.sourceId}`;
    const url = `${baseUrl(request)}/playback/t/${token}/${path}.m3u8`;
    reply.code(201).header('cache-control', 'no-store');
    return sendJson(reply, JSON.stringify({ url, expires: new Date(expires * 1000).toISOString() }));
  };
  operation(app, {
    method: 'POST',
    url: '/playback/flows/:flowId/url',
    name: 'playback-flows-flowId-url',
    tag: 'Playback',
    summary: 'Make a playback URL of a flow',
    description: urlDescription,
    access: 'read',
    schema: { params: flowParams, querystring: playbackUrlQuery },
    responses: urlResponses,
    handler: (request, reply) => send(request, reply, { flowId: request.params.flowId }, request.query.expires_in),
  });
  operation(app, {
    method: 'POST',
    url: '/playback/sources/:sourceId/url',
    name: 'playback-sources-sourceId-url',
    tag: 'Playback',
    summary: 'Make a playback URL of a source',
    description: urlDescription,
    access: 'read',
    schema: { params: sourceParams, querystring: playbackUrlQuery },
    responses: urlResponses,
    handler: (request, reply) => send(request, reply, { sourceId: request.params.sourceId }, request.query.expires_in),
  });
}

// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readOperation } from '../../http/operation.ts';
import { badQuery, noBody, notFound } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import type { Asker, TamsContext } from '../../tams/route-context.ts';
import type { MadePlaylist } from './flow-playback.ts';
import { type Asked, readPlaylistQuery, renditionQuery } from './playlist-query.ts';
import { PLAYLIST_TYPE, playlistDoc, playlistQuery, presentationQuery } from './playback-schemas.ts';
import type { PlaybackServices } from './playback-services.ts';
import type { PlaybackTokens } from './playback-tokens.ts';

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
  readPlaylistQuery(asked);
  const text = await playback(request).presentations.ofSource(sourceId, renditionQuery(asked));
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

// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { readOperation } from '../../http/operation.ts';
import { badQuery, notFound } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { isInt64 } from '../../shared/time/timestamp.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import type { Asker, TamsContext } from '../../tams/route-context.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { MadePlaylist } from './flow-playback.ts';
import { PLAYLIST_TYPE, playlistDoc, playlistQuery } from './playback-schemas.ts';
import type { PlaybackServices } from './playback-services.ts';

export interface PlaybackContext extends Pick<TamsContext, 'baseUrl'> {
  readonly playback: (request: Asker) => PlaybackServices;
}

/** A finished playlist changes when the flow does. */
const FINISHED_CACHE = 'private, max-age=10';
const LINE = /^(-?\d{1,19})_(-?\d{1,19})\.[a-z0-9]{2,4}$/;

/** Playlists of HLS, and the redirects that their lines lead to. Beyond TAMS. */
export function playbackRoutes(app: TamsApp, { playback, baseUrl }: PlaybackContext): void {
  readOperation(app, {
    url: '/playback/sources/:sourceId.m3u8',
    name: 'playback-sources-sourceId',
    tag: 'Playback',
    summary: 'Get an HLS playlist of a source',
    description:
      'A multivariant one: its video flows are variants, and the audio and text flows that are collected with them ' +
      'are renditions. The query goes on to their playlists.',
    schema: { params: sourceParams, querystring: playlistQuery },
    responses: { 200: playlistDoc('A multivariant playlist.'), 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      readTimerange(request.query.timerange);
      const { presentations } = playback(request);
      const text = await presentations.ofSource(request.params.sourceId, queryOf(request));
      return sendPlaylist(request, reply, { text });
    },
  });

  readOperation(app, {
    url: '/playback/flows/:flowId.m3u8',
    name: 'playback-flows-flowId',
    tag: 'Playback',
    summary: 'Get an HLS playlist of a flow',
    description:
      'Its lines are named by their places on the timeline of the flow, in nanoseconds, and lead to redirects.',
    schema: { params: flowParams, querystring: playlistQuery },
    responses: { 200: playlistDoc('A media playlist.'), 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const query = { timerange: readTimerange(request.query.timerange), ofRenditions: queryOf(request) };
      return sendPlaylist(request, reply, await playback(request).flows.playlist(flowId, query));
    },
  });

  lineRoutes(app, { playback, baseUrl });
}

const lineParams = Type.Object({ ...flowParams.properties, line: Type.String() });
const initParams = Type.Object({ ...flowParams.properties, objectId: Type.String() });

/** The addresses that lines of playlists lead to. Clients get them from playlists, so the OpenAPI document does not show them. */
function lineRoutes(app: TamsApp, { playback, baseUrl }: PlaybackContext): void {
  const config = { access: 'read' } as const;
  app.route({
    method: ['GET', 'HEAD'],
    url: '/playback/flows/:flowId/:line',
    schema: { hide: true, params: lineParams },
    config,
    handler: async (request, reply) => {
      const { flowId, line } = request.params;
      const [startNs, endNs] = placeOf(line);
      return sendRedirect(reply, await playback(request).redirects.segment(flowId, startNs, endNs, baseUrl(request)));
    },
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/playback/flows/:flowId/init/:objectId.mp4',
    schema: { hide: true, params: initParams },
    config,
    handler: async (request, reply) => {
      const { flowId, objectId } = request.params;
      return sendRedirect(reply, await playback(request).redirects.init(flowId, objectId, baseUrl(request)));
    },
  });
}

function placeOf(line: string): [bigint, bigint] {
  const [, start, end] = LINE.exec(line) ?? [];
  const [startNs, endNs] = [BigInt(start ?? 0), BigInt(end ?? 0)];
  if (startNs < endNs && isInt64(startNs) && isInt64(endNs)) return [startNs, endNs];
  throw new AppError('not_found', 'There is no such line; its name is {start}_{end}.{extension}, in nanoseconds');
}

/** The options that go on to the playlists of renditions. */
function queryOf({ query }: { readonly query: { readonly timerange?: string } }): string {
  return query.timerange === undefined ? '' : `?timerange=${encodeURIComponent(query.timerange)}`;
}

function sendPlaylist(request: FastifyRequest, reply: FastifyReply, { text, entityTag }: MadePlaylist): FastifyReply {
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
const sendRedirect = (reply: FastifyReply, url: string): FastifyReply =>
  reply.code(302).header('cache-control', 'no-store').header('location', url).send();

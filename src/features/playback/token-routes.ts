import { operation } from '../../http/operation.ts';
import { badQuery, json, notFound } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PlaybackContext } from './playback-routes.ts';
import { PlaybackUrl, playbackUrlQuery } from './playback-schemas.ts';
import type { Playable } from './playback-tokens.ts';

const LIFE_S = 12 * 3600;
const LIFE_MAX_S = 7 * 24 * 3600;
const description =
  'For players that send no headers: the URL has a token in it, and so has all that its playlist leads to. What is played is what ' +
  'whoever made it may read at that time.';
const responses = { 201: json('A URL that is a secret until it expires.', PlaybackUrl), 400: badQuery, 404: notFound };

/** URLs for players. They change nothing, and reading is the right that they need. */
export function tokenRoutes(app: TamsApp, { playback, tokens, baseUrl }: PlaybackContext): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, playable: Playable, lifeS = LIFE_S) => {
    if (lifeS > LIFE_MAX_S) {
      throw new AppError('invalid_request', `expires_in: must be at most ${LIFE_MAX_S}`, { field: 'expires_in' });
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
    description,
    access: 'read',
    schema: { params: flowParams, querystring: playbackUrlQuery },
    responses,
    handler: (request, reply) => send(request, reply, { flowId: request.params.flowId }, request.query.expires_in),
  });
  operation(app, {
    method: 'POST',
    url: '/playback/sources/:sourceId/url',
    name: 'playback-sources-sourceId-url',
    tag: 'Playback',
    summary: 'Make a playback URL of a source',
    description,
    access: 'read',
    schema: { params: sourceParams, querystring: playbackUrlQuery },
    responses,
    handler: (request, reply) => send(request, reply, { sourceId: request.params.sourceId }, request.query.expires_in),
  });
}

// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import { Type } from '../../shared/type-builder.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { isInt64 } from '../../shared/time/timestamp.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import { readOf } from './playlist-query.ts';
import {
  lineQuery,
  type PlaybackContext,
  playlistQuery,
  presentationQuery,
  sendFlow,
  sendRedirect,
  sendSource,
} from './playback-routes.ts';

const LINE = /^(-?\d{1,19})_(-?\d{1,19})\.[a-z0-9]{2,4}$/;
const TEXT_TYPE = 'text/vtt; charset=utf-8';
const token = { token: Type.String() };
const line = { line: Type.String() };
const objectId = { objectId: Type.String() };

/**
 * The addresses that lines of playlists lead to, and all that is below a token. Clients get them from answers, so the OpenAPI
 * document does not show them.
 */
export async function lineRoutes(app: TamsApp, context: PlaybackContext): Promise<void> {
  addressesOfLines(app, context, '', { access: 'read' });
  const below = '/t/:token';
  await app.register((app: TamsApp, _options: object, done: () => void) => {
    app.addHook('onRequest', async (request) => {
      request.auth = await context.tokens.admit((request.params as { token: string }).token);
      request.scope = 'read';
    });
    // After the rate limit: these are queries.
    app.addHook('preHandler', async (request) => {
      const { token, flowId, sourceId } = request.params as { token: string; flowId?: string; sourceId?: string };
      const { of } = request.query as { of?: unknown };
      await context.tokens.mustCover(token, flowId === undefined ? { sourceId: sourceId ?? '' } : { flowId });
      // Gaps and times tell of the others there.
      const presentation = typeof of === 'string' ? readOf(of) : undefined;
      if (presentation !== undefined) await context.tokens.mustCover(token, presentation);
    });
    // The token says who asks.
    const config = { access: 'public', limited: true } as const;
    addressesOfLines(app, context, below, config);
    app.route({
      method: ['GET', 'HEAD'],
      url: `/playback${below}/sources/:sourceId.m3u8`,
      schema: {
        hide: true,
        params: Type.Object({ ...token, ...sourceParams.properties }),
        querystring: presentationQuery,
      },
      config,
      handler: (request, reply) => sendSource(context, request, reply, request.params.sourceId, request.query),
    });
    app.route({
      method: ['GET', 'HEAD'],
      url: `/playback${below}/flows/:flowId.m3u8`,
      schema: { hide: true, params: Type.Object({ ...token, ...flowParams.properties }), querystring: playlistQuery },
      config: { ...config, traffic: 'media' },
      handler: (request, reply) => sendFlow(context, request, reply, request.params.flowId, request.query),
    });
    done();
  });
}

function addressesOfLines(
  app: TamsApp,
  { playback, baseUrl }: PlaybackContext,
  below: '' | '/t/:token',
  config: { readonly access: 'read' | 'public'; readonly limited?: boolean },
): void {
  const credential = below === '' ? {} : token;
  app.route({
    method: ['GET', 'HEAD'],
    url: `/playback${below}/flows/:flowId/:line`,
    schema: {
      hide: true,
      params: Type.Object({ ...credential, ...flowParams.properties, ...line }),
      querystring: lineQuery,
    },
    config,
    handler: async (request, reply) => {
      const { flowId, line } = request.params;
      const [startNs, endNs] = placeOf(line);
      const { redirects, texts } = playback(request);
      const segment = await redirects.segment(flowId, startNs, endNs);
      const text = line.endsWith('.vtt') ? await texts.read(segment, readOf(request.query.of)) : undefined;
      if (text === undefined) return sendRedirect(reply, redirects.urlOf(segment, baseUrl(request)));
      reply.header('content-type', TEXT_TYPE).header('cache-control', 'no-store');
      return request.method === 'HEAD' ? reply.send() : reply.send(text);
    },
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: `/playback${below}/flows/:flowId/init/:objectId.mp4`,
    schema: { hide: true, params: Type.Object({ ...credential, ...flowParams.properties, ...objectId }) },
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

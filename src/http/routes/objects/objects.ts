import type { FastifyReply, FastifyRequest } from 'fastify';
import { readOperation } from '../../operation.ts';
import type { Asker, RouteContext } from '../../route-context.ts';
import { MediaObjectSchema } from '../../schemas/media-object.ts';
import { objectParams, pagingQuery } from '../../schemas/parameters.ts';
import { badQuery, json, notFound, pagingHeaders } from '../../schemas/responses.ts';
import { sendJson } from '../../send-json.ts';
import type { TamsApp } from '../../tams-app.ts';
import { validatorCompiler } from '../../validation/compiler.ts';

type ObjectRequest = Asker &
  Pick<FastifyRequest, 'url' | 'protocol' | 'host'> & { query: { page?: string; limit?: number } };

/** TAMS 7.0, `/objects/{objectId}`. */
export function objectRoutes(app: TamsApp, { services, paging, baseUrl }: RouteContext): void {
  const show = async (objectId: string, request: ObjectRequest, reply: Pick<FastifyReply, 'header' | 'send'>) => {
    const page = paging.request(request);
    const { object, next } = await services(request).objects.get(objectId, page);
    paging.setHeaders(request, reply, () => baseUrl(request), { limit: page.limit, next });
    return sendJson(reply, JSON.stringify(object));
  };

  readOperation(app, {
    url: '/objects/:objectId',
    name: 'objects',
    tag: 'Objects',
    summary: 'Get a media object',
    description: 'With the flows that use it, page by page. An object that was only allocated is a 404.',
    schema: { params: objectParams, querystring: pagingQuery },
    responses: { 200: json('The object.', MediaObjectSchema, pagingHeaders), 400: badQuery, 404: notFound },
    handler: async (request, reply) => show(request.params.objectId, request, reply),
  });

  // Object ids may hold slashes, and not every client percent-encodes them.
  app.route({
    method: ['GET', 'HEAD'],
    url: '/objects/*',
    schema: { hide: true, querystring: pagingQuery },
    config: { access: 'read' },
    validatorCompiler: validatorCompiler(),
    handler: async (request, reply) => show((request.params as { '*': string })['*'], request, reply),
  });
}

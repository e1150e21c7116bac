import type { FastifyReply, FastifyRequest } from 'fastify';
import { readOperation } from '../../http/operation.ts';
import type { Asker } from '../access/by-classes.ts';
import type { RouteContext } from '../route-context.ts';
import { MediaObjectSchema } from './object-schemas.ts';
import { objectParams, pagingQuery } from '../parameters.ts';
import { badQuery, json, notFound, pagingHeaders } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { validatorCompiler } from '../../http/validation/compiler.ts';

type ObjectRequest = Asker &
  Pick<FastifyRequest, 'url' | 'protocol' | 'host'> & { query: { page?: string; limit?: number } };

/** TAMS 7.0, `/objects/{objectId}`. */
export function objectRoutes(app: TamsApp, { services, paging }: RouteContext): void {
  const show = async (objectId: string, request: ObjectRequest, reply: Pick<FastifyReply, 'header' | 'send'>) => {
    const page = paging.request(request);
    const { object, next } = await services(request).objects.get(objectId, page);
    paging.setHeaders(request, reply, { limit: page.limit, next });
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

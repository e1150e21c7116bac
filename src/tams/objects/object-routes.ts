import type { FastifyReply, FastifyRequest } from 'fastify';
import { readOperation } from '../../http/operation.ts';
import type { Asker } from '../access/by-classes.ts';
import type { RouteContext } from '../route-context.ts';
import type { Static } from 'typebox';
import { readTagFilter } from '../documents/tag-filter.ts';
import { type objectQuery, objectParams } from '../parameters.ts';
import { urlFilter } from '../segments/url-filter.ts';
import { badQuery, json, notFound, pagingHeaders } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { validatorCompiler } from '../../http/validation/query-validator.ts';

type ObjectRequest = Asker & Pick<FastifyRequest, 'url' | 'protocol' | 'host'> & { query: Static<typeof objectQuery> };

/** TAMS, `/objects/{objectId}`. */
export function objectRoutes(app: TamsApp, { services, paging, baseUrl, surface }: RouteContext): void {
  const { objects, tags } = surface;
  const show = async (objectId: string, request: ObjectRequest, reply: Pick<FastifyReply, 'header' | 'send'>) => {
    const page = paging.request(request);
    const { query } = request;
    const { text, next } = await services(request).objects.get(objectId, page, {
      flowTags: readTagFilter(query, tags.match, 'flow_'),
      urls: objects.hasDetails ? urlFilter(query, tags.match) : undefined,
      baseUrl: baseUrl(request),
    });
    paging.setHeaders(request, reply, { limit: page.limit, next });
    return sendJson(reply, text);
  };

  readOperation(app, {
    url: '/objects/:objectId',
    name: 'objects',
    tag: 'Objects',
    summary: 'Get a media object',
    description: 'With the flows that use it, page by page. An object that was only allocated is a 404.',
    schema: { params: objectParams, querystring: objects.query },
    responses: { 200: json('The object.', objects.schema, pagingHeaders), 400: badQuery, 404: notFound },
    handler: async (request, reply) => show(request.params.objectId, request, reply),
  });

  // Object ids may hold slashes, and not every client percent-encodes them.
  app.route({
    method: ['GET', 'HEAD'],
    url: '/objects/*',
    schema: { hide: true, querystring: objects.query },
    config: { access: 'read' },
    validatorCompiler: validatorCompiler(),
    handler: async (request, reply) => show((request.params as { '*': string })['*'], request, reply),
  });
}

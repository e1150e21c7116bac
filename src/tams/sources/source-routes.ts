import { Type } from '../../shared/type-builder.ts';
import { readOperation } from '../../http/operation.ts';
import { badQuery, json, notFound } from '../../http/schemas/responses.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { propertyRoutes } from '../documents/property-routes.ts';
import type { PageRequest } from '../../shared/paging.ts';
import { readTagFilter } from '../documents/tag-filter.ts';
import { tagRoutes } from '../documents/tag-routes.ts';
import { readIds, sourceParams, sourceTagParams } from '../parameters.ts';
import type { Asker, RouteContext } from '../route-context.ts';

/** TAMS, `/sources` and all below it. */
export function allSourceRoutes(app: TamsApp, context: RouteContext): void {
  sourceListing(app, context);
  sourceRoutes(app, context);
  const owner = {
    noun: 'source',
    tag: 'Sources',
    path: '/sources',
    idParam: 'sourceId',
    params: sourceParams,
    serviceOf: (request: Asker) => context.services(request).sources,
  } as const;
  tagRoutes(app, { ...owner, tags: context.surface.tags, tagParams: sourceTagParams, writeResponses: {} });
  for (const property of ['description', 'label'] as const) {
    propertyRoutes(app, owner, {
      property,
      title: property,
      schema: Type.String(),
      isDeletable: true,
      writeResponses: {},
    });
  }
}

/** TAMS, `GET /sources`. */
function sourceListing(app: TamsApp, { services, paging, surface: { sources, tags, listings } }: RouteContext): void {
  readOperation(app, {
    url: '/sources',
    name: 'sources',
    tag: 'Sources',
    summary: 'List sources',
    description:
      'In the order of their creation, unless another is asked for. All filters that are given have to hold.',
    schema: { querystring: sources.listQuery },
    responses: { 200: json('The sources.', Type.Array(sources.schema), listings.headers), 400: badQuery },
    handler: (request, reply) => {
      const { label, format, collected_by_ids: collectors } = request.query;
      const order = listings.orderOf(request.query);
      const filter = {
        order,
        collectedByIds: readIds(collectors),
        label,
        format,
        tags: readTagFilter(request.query, tags.match),
      };
      const list = (page: PageRequest) => services(request).sources.list(filter, page);
      return paging.send(request, reply, list, { text: sources.show, reverse: order?.reverse });
    },
  });
}

/** TAMS, `GET /sources/{sourceId}`. */
function sourceRoutes(app: TamsApp, { services, surface: { sources } }: RouteContext): void {
  readOperation(app, {
    url: '/sources/:sourceId',
    name: 'sources-sourceId',
    tag: 'Sources',
    summary: 'Get a source',
    description: 'A source is there while a flow names it: flows create and delete their sources.',
    schema: { params: sourceParams },
    responses: { 200: json('The source.', sources.schema), 404: notFound },
    handler: async (request, reply) => {
      const { sourceId: id } = request.params;
      if (request.method === 'HEAD') {
        await services(request).sources.exists(id);
        return sendHead(reply);
      }
      return sendJson(reply, sources.show(await services(request).sources.get(id)));
    },
  });
}

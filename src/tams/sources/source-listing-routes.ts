import Type from 'typebox';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { sourceListQuery } from '../parameters.ts';
import { badQuery, json, pagingHeaders } from '../../http/schemas/responses.ts';
import { SourceSchema } from './source-schemas.ts';
import { readTagFilter } from '../documents/tag-filter.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS 7.0, `GET /sources`. */
export function sourceListing(app: TamsApp, { services, paging }: RouteContext): void {
  readOperation(app, {
    url: '/sources',
    name: 'sources',
    tag: 'Sources',
    summary: 'List sources',
    description: 'In the order of their creation. All filters that are given have to hold.',
    schema: { querystring: sourceListQuery },
    responses: { 200: json('The sources.', Type.Array(SourceSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) => {
      const { label, format } = request.query;
      const filter = { label, format, tags: readTagFilter(request.query) };
      return paging.send(request, reply, (page) => services(request).sources.list(filter, page));
    },
  });
}

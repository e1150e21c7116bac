import Type from 'typebox';
import { TimeRange } from '../../shared/time/timerange.ts';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { FlowSchema } from './flow-schemas.ts';
import { flowListQuery } from '../parameters.ts';
import { badQuery, json, pagingHeaders } from '../../http/schemas/responses.ts';
import { readTagFilter } from '../documents/tag-filter.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { readTimerange } from '../timerange-query.ts';

/** TAMS 7.0, `GET /flows`. */
export function flowListing(app: TamsApp, { services, paging }: RouteContext): void {
  readOperation(app, {
    url: '/flows',
    name: 'flows',
    tag: 'Flows',
    summary: 'List flows',
    description: 'In the order of their creation. All filters that are given have to hold.',
    schema: { querystring: flowListQuery },
    responses: { 200: json('The flows.', Type.Array(FlowSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) => {
      const { query } = request;
      const filter = {
        sourceId: query.source_id,
        timerange: readTimerange(query.timerange, TimeRange.EVERYTHING),
        format: query.format,
        codec: query.codec,
        label: query.label,
        frameWidth: query.frame_width,
        frameHeight: query.frame_height,
        tags: readTagFilter(query),
      };
      return paging.send(request, reply, (page) => services(request).flows.list(filter, page));
    },
  });
}

import Type from 'typebox';
import type { UrlFilter } from './segment.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { flowParams, segmentListQuery } from '../parameters.ts';
import { badQuery, json, notAnId, segmentPagingHeaders } from '../../http/schemas/responses.ts';
import { SegmentSchema } from './segment-schemas.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { readTimerange } from '../timerange-query.ts';

interface UrlQuery {
  accept_get_urls?: string;
  accept_storage_ids?: string;
  presigned?: boolean;
  verbose_storage?: boolean;
}

/** TAMS 7.0, `GET /flows/{flowId}/segments`. A flow that does not exist has no segments; that is no error. */
export function segmentListing(app: TamsApp, { services, paging, baseUrl }: RouteContext): void {
  readOperation(app, {
    url: '/flows/:flowId/segments',
    name: 'flows-flowId-segments',
    tag: 'FlowSegments',
    summary: 'List the segments of a flow',
    description:
      'Those with a part in `timerange`, in the order of their start. An empty `accept_get_urls` leaves the URLs out, ' +
      'which is quicker. A flow that does not exist has no segments; that is no error.',
    schema: { params: flowParams, querystring: segmentListQuery },
    responses: {
      200: json('The segments, by start.', Type.Array(SegmentSchema), segmentPagingHeaders),
      400: badQuery,
      404: notAnId,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const { query } = request;
      const reverse = query.reverse_order === true;
      const selection = {
        timerange: readTimerange(query.timerange, TimeRange.EVERYTHING) ?? TimeRange.EVERYTHING,
        objectId: query.object_id,
        reverse,
      };
      const page = paging.request(request);
      const rendering = request.method === 'HEAD' ? undefined : { urls: urlFilter(query), baseUrl: baseUrl(request) };
      const { body, count, next, timerange } = await services(request).segments.list(
        flowId,
        selection,
        page,
        rendering,
      );

      paging.setHeaders(request, reply, { limit: page.limit, next });
      reply.header('x-paging-timerange', timerange.toString());
      reply.header('x-paging-count', count);
      reply.header('x-paging-reverse-order', String(reverse));
      if (request.method === 'HEAD') return sendHead(reply);
      return sendJson(reply, body);
    },
  });
}

function urlFilter(query: UrlQuery): UrlFilter {
  const { accept_get_urls: labels, accept_storage_ids: storageIds } = query;
  return {
    // An empty list of labels accepts no URL; an empty list of backends accepts all of them.
    labels: labels === undefined ? undefined : new Set(labels === '' ? [] : labels.split(',')),
    storageIds: storageIds === undefined || storageIds === '' ? undefined : new Set(storageIds.split(',')),
    presigned: query.presigned,
    verbose: query.verbose_storage === true,
  };
}

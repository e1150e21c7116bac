import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import {
  badBody,
  badQuery,
  json,
  noBody,
  notAnId,
  notFound,
  readOnly,
  segmentPagingHeaders,
} from '../../http/schemas/responses.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { deletionAccepted, sendDeletion } from '../deletion/deletion-request-routes.ts';
import { flowParams, segmentDeleteQuery } from '../parameters.ts';
import type { RouteContext } from '../route-context.ts';
import { readTimerange } from '../timerange-query.ts';
import { SegmentFailures } from './segment-schemas.ts';
import { urlFilter } from './url-filter.ts';

/** TAMS, `/flows/{flowId}/segments`. */
export function segmentRoutes(app: TamsApp, context: RouteContext): void {
  segmentListing(app, context);
  segmentCreation(app, context);
  segmentDeletion(app, context);
}

/** TAMS, `GET /flows/{flowId}/segments`. A flow that does not exist has no segments; that is no error. */
function segmentListing(app: TamsApp, { services, paging, baseUrl, surface }: RouteContext): void {
  const { segments, tags } = surface;
  readOperation(app, {
    url: '/flows/:flowId/segments',
    name: 'flows-flowId-segments',
    tag: 'FlowSegments',
    summary: 'List the segments of a flow',
    description:
      'Those with a part in `timerange`, in the order of their start. An empty `accept_get_urls` leaves the URLs out, ' +
      'which is quicker. A flow that does not exist has no segments; that is no error.',
    schema: { params: flowParams, querystring: segments.listQuery },
    responses: {
      200: json('The segments, by start.', Type.Array(segments.shown), segmentPagingHeaders),
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
      const rendering =
        request.method === 'HEAD'
          ? undefined
          : { urls: urlFilter(query, tags.match), details: segments.details(query), baseUrl: baseUrl(request) };
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

/** TAMS, `POST /flows/{flowId}/segments`. */
function segmentCreation(app: TamsApp, { services, segmentsPerRequest, surface: { segments } }: RouteContext): void {
  operation(app, {
    method: 'POST',
    url: '/flows/:flowId/segments',
    body: 'large',
    name: 'flows-flowId-segments',
    tag: 'FlowSegments',
    summary: 'Register one segment, or a list of them',
    description:
      'A segment that overlaps another of its flow is refused. Of a list, the others are registered all the same, and ' +
      'the answer tells which were refused.',
    schema: { params: flowParams, body: segments.input },
    validateBody: segments.validate(segmentsPerRequest),
    responses: {
      200: json('Some of the list were refused; the others are registered.', SegmentFailures),
      201: noBody('Registered.'),
      400: badBody,
      403: readOnly,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const { body } = request;
      if (Array.isArray(body)) {
        const failed = await services(request).segments.create(flowId, body, segments.fitRanges);
        if (failed.length > 0) return sendJson(reply, JSON.stringify({ failed_segments: failed }));
      } else {
        await services(request).segments.createOne(flowId, body, segments.fitRanges);
      }
      return reply.code(201).send();
    },
  });
}

/** TAMS, `DELETE /flows/{flowId}/segments`. */
function segmentDeletion(app: TamsApp, { services, apiUrl }: RouteContext): void {
  operation(app, {
    method: 'DELETE',
    url: '/flows/:flowId/segments',
    name: 'flows-flowId-segments',
    tag: 'FlowSegments',
    summary: 'Delete segments of a flow',
    description: 'Those that the timerange covers completely, all of them where it is left out.',
    schema: { params: flowParams, querystring: segmentDeleteQuery },
    responses: {
      202: deletionAccepted,
      204: noBody('Deleted.'),
      400: badQuery,
      403: readOnly,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const selection = {
        // An empty text is refused: a typo must never empty a flow.
        timerange: readTimerange(request.query.timerange) ?? TimeRange.EVERYTHING,
        objectId: request.query.object_id,
      };
      const deletion = await services(request).segments.delete(flowId, selection, request.principal);
      return sendDeletion(reply, deletion, () => apiUrl(request));
    },
  });
}

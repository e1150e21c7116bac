import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { badQuery, conflict, json, notFound, pagingHeaders, readOnly } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import type { RouteContext } from '../../tams/route-context.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import {
  deletedFlowQuery,
  DeletedItem,
  deletedSegmentQuery,
  deletedSourceQuery,
  deletionParams,
  Purged,
  RestoredFlow,
  RestoredSegments,
  restoreQuery,
  restoreSegmentsQuery,
} from './trash-schemas.ts';
import type { TrashService } from './trash-service.ts';

/** Administrators see, restore and purge deleted content here. Beyond TAMS. */
export function trashRoutes(app: TamsApp, trash: TrashService, context: Pick<RouteContext, 'paging'>): void {
  trashListings(app, trash, context);
  trashRestore(app, trash);
  trashPurge(app, trash);
}

const listed = (what: string) => ({
  200: json(`The ${what}, those deleted first at the beginning.`, Type.Array(DeletedItem), pagingHeaders),
  400: badQuery,
});

/** `GET /internal/deleted/...`: what can be restored. */
function trashListings(app: TamsApp, trash: TrashService, { paging }: Pick<RouteContext, 'paging'>): void {
  readOperation(app, {
    url: '/internal/deleted/flows',
    name: 'internal-deleted-flows',
    tag: 'Operation',
    summary: 'List deleted flows',
    description: 'Those that can still be restored. Only where `SOFT_DELETE` is on.',
    access: 'admin',
    schema: { querystring: deletedFlowQuery },
    responses: listed('flows as they were'),
    handler: (request, reply) => {
      const { flow_id: flowId, source_id: sourceId, deletion_id: deletionId } = request.query;
      return paging.send(request, reply, (page) => trash.flows({ flowId, sourceId, deletionId }, page));
    },
  });

  readOperation(app, {
    url: '/internal/deleted/sources',
    name: 'internal-deleted-sources',
    tag: 'Operation',
    summary: 'List deleted sources',
    description: 'Those that can still be restored. Only where `SOFT_DELETE` is on.',
    access: 'admin',
    schema: { querystring: deletedSourceQuery },
    responses: listed('sources as they were'),
    handler: (request, reply) => {
      const { source_id: sourceId, deletion_id: deletionId } = request.query;
      return paging.send(request, reply, (page) => trash.sources({ sourceId, deletionId }, page));
    },
  });

  readOperation(app, {
    url: '/internal/deleted/segments',
    name: 'internal-deleted-segments',
    tag: 'Operation',
    summary: 'List deleted segments',
    description: 'With the flow that each was one of, and without URLs.',
    access: 'admin',
    schema: { querystring: deletedSegmentQuery },
    responses: listed('segments as they were'),
    handler: (request, reply) => {
      const { flow_id: flowId, deletion_id: deletionId } = request.query;
      return paging.send(request, reply, (page) => trash.segments({ flowId, deletionId }, page));
    },
  });
}

/** `POST /internal/.../restore`. */
function trashRestore(app: TamsApp, trash: TrashService): void {
  operation(app, {
    method: 'POST',
    url: '/internal/flows/:flowId/restore',
    name: 'internal-flows-flowId-restore',
    tag: 'Operation',
    summary: 'Restore a deleted flow',
    description:
      'With its segments, its source, and its collections as far as their flows exist. Of several deletions the last, ' +
      'unless one is named. Repeat it while anything remains.',
    access: 'admin',
    schema: { params: flowParams, querystring: restoreQuery },
    responses: {
      200: json('The flow is there again, with these of its segments.', RestoredFlow),
      400: badQuery,
      404: notFound,
      409: conflict,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const restored = await trash.restoreFlow(flowId, request.query.deletion_id, request.principal);
      return sendJson(reply, JSON.stringify(restored));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/internal/flows/:flowId/segments/restore',
    name: 'internal-flows-flowId-segments-restore',
    tag: 'Operation',
    summary: 'Restore deleted segments of a flow',
    description:
      'Those that the timerange covers completely, those of a deletion, or those that are both; one of the two has to ' +
      'be given. The flow has to exist.',
    access: 'admin',
    schema: { params: flowParams, querystring: restoreSegmentsQuery },
    responses: {
      200: json('These segments are on the timeline again.', RestoredSegments),
      400: badQuery,
      403: readOnly,
      404: notFound,
      409: conflict,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      const selection = {
        timerange: readTimerange(request.query.timerange),
        deletionId: request.query.deletion_id,
      };
      return sendJson(reply, JSON.stringify(await trash.restoreSegments(flowId, selection)));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/internal/sources/:sourceId/restore',
    name: 'internal-sources-sourceId-restore',
    tag: 'Operation',
    summary: 'Restore a deleted source',
    description: 'A source is there while it has flows: it comes back with the flow that was its last.',
    access: 'admin',
    schema: { params: sourceParams, querystring: restoreQuery },
    responses: {
      200: json('The source is there again, and the flow with these of its segments.', RestoredFlow),
      400: badQuery,
      404: notFound,
      409: conflict,
    },
    handler: async (request, reply) => {
      const { sourceId } = request.params;
      const restored = await trash.restoreSource(sourceId, request.query.deletion_id, request.principal);
      return sendJson(reply, JSON.stringify(restored));
    },
  });
}

const description = 'It cannot be restored any more, and its media are reclaimed. Repeat it while anything remains.';

/** `DELETE /internal/deleted`: before its time. */
function trashPurge(app: TamsApp, trash: TrashService): void {
  operation(app, {
    method: 'DELETE',
    url: '/internal/deleted',
    name: 'internal-deleted',
    tag: 'Operation',
    summary: 'Purge everything that was deleted',
    description,
    access: 'admin',
    schema: {},
    responses: { 200: json('What went.', Purged) },
    handler: async (_request, reply) => sendJson(reply, JSON.stringify(await trash.purge(undefined))),
  });

  operation(app, {
    method: 'DELETE',
    url: '/internal/deleted/:deletionId',
    name: 'internal-deleted-deletionId',
    tag: 'Operation',
    summary: 'Purge what one deletion took',
    description,
    access: 'admin',
    schema: { params: deletionParams },
    responses: { 200: json('What went.', Purged), 404: notFound, 409: conflict },
    handler: async (request, reply) => {
      const purged = await trash.purge(request.params.deletionId);
      return sendJson(reply, JSON.stringify(purged));
    },
  });
}

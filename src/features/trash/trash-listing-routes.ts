import Type from 'typebox';
import type { TrashService } from './trash-service.ts';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../../tams/route-context.ts';
import { badQuery, json, pagingHeaders } from '../../http/schemas/responses.ts';
import { deletedFlowQuery, DeletedItem, deletedSegmentQuery, deletedSourceQuery } from './trash-schemas.ts';
import type { TamsApp } from '../../http/tams-app.ts';

const listed = (what: string) => ({
  200: json(`The ${what}, those deleted first at the beginning.`, Type.Array(DeletedItem), pagingHeaders),
  400: badQuery,
});

/** `GET /internal/deleted/...`: what can be restored. */
export function trashListings(app: TamsApp, trash: TrashService, { paging }: Pick<RouteContext, 'paging'>): void {
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

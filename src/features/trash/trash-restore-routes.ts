import type { TrashService } from './trash-service.ts';
import { operation } from '../../http/operation.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import { badQuery, conflict, json, notFound, readOnly } from '../../http/schemas/responses.ts';
import { RestoredFlow, RestoredSegments, restoreQuery, restoreSegmentsQuery } from './trash-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { readTimerange } from '../../tams/timerange-query.ts';

/** `POST /internal/.../restore`. */
export function trashRestore(app: TamsApp, trash: TrashService): void {
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

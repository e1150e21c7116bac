import { TimeRange } from '../../shared/time/timerange.ts';
import { operation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { flowParams, segmentDeleteQuery } from '../parameters.ts';
import { badQuery, noBody, notFound, readOnly } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { readTimerange } from '../timerange-query.ts';
import { deletionAccepted, sendDeletion } from '../deletion/deletion-request-routes.ts';

/** TAMS 7.0, `DELETE /flows/{flowId}/segments`. */
export function segmentDeletion(app: TamsApp, { services, baseUrl }: RouteContext): void {
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
      return sendDeletion(reply, deletion, () => baseUrl(request));
    },
  });
}

import { Type } from '../../shared/type-builder.ts';
import { readOperation } from '../../http/operation.ts';
import { Timerange } from '../../http/schemas/common.ts';
import { badQuery, notFound } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { flowParams } from '../../tams/parameters.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { PlaybackContext } from './playback-routes.ts';

export const OTIO_TYPE = 'application/vnd.otio+json';

/** TAMS, AppNote 0015. */
export function otioRoutes(app: TamsApp, { playback, baseUrl }: PlaybackContext): void {
  readOperation(app, {
    url: '/playback/flows/:flowId.otio',
    name: 'playback-flows-flowId-otio',
    tag: 'Playback',
    summary: 'Get a flow as a timeline of OpenTimelineIO',
    description:
      'A track for the flow, or for each flow that a multi flow collects; a clip for each stretch without a gap. Clips name their ' +
      'flow by a `tams://` URL, and its source in their metadata.',
    schema: { params: flowParams, querystring: Type.Object({ timerange: Type.Optional(Timerange) }) },
    responses: {
      200: { description: 'A timeline.', content: { [OTIO_TYPE]: { schema: Type.Object({}) } } },
      400: badQuery,
      404: notFound,
    },
    handler: async (request, reply) => {
      const range = readTimerange(request.query.timerange) ?? TimeRange.EVERYTHING;
      const text = await playback(request).otio.timeline(request.params.flowId, range, baseUrl(request));
      reply.header('content-type', OTIO_TYPE);
      return request.method === 'HEAD' ? reply.send() : reply.send(text);
    },
  });
}

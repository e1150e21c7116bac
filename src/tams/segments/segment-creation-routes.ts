import { operation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { flowParams } from '../parameters.ts';
import { badBody, json, noBody, notFound, readOnly } from '../../http/schemas/responses.ts';
import { SegmentFailures, SegmentInputSchema, SegmentsInputSchema } from './segment-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { compileOneOrMany } from '../../http/validation/body-validator.ts';

/** TAMS 7.0, `POST /flows/{flowId}/segments`. */
export function segmentCreation(app: TamsApp, { services, segmentsPerRequest }: RouteContext): void {
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
    schema: { params: flowParams, body: SegmentsInputSchema },
    validateBody: compileOneOrMany(SegmentInputSchema, segmentsPerRequest, 'segments'),
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
        const failed = await services(request).segments.create(flowId, body);
        if (failed.length > 0) return sendJson(reply, JSON.stringify({ failed_segments: failed }));
      } else {
        await services(request).segments.createOne(flowId, body);
      }
      return reply.code(201).send();
    },
  });
}

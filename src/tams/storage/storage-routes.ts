import { operation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { flowParams } from '../parameters.ts';
import { badBody, json, notFound, readOnly } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS, `/flows/{flowId}/storage`. */
export function storageRoutes(app: TamsApp, { services, baseUrl, surface: { storage } }: RouteContext): void {
  operation(app, {
    method: 'POST',
    url: '/flows/:flowId/storage',
    name: 'flows-flowId-storage',
    tag: 'MediaStorage',
    summary: 'Allocate media objects',
    description: 'Upload each object with the request that `put_url` describes, then register its segments.',
    schema: { params: flowParams, body: storage.input },
    validateBody: storage.validate,
    responses: {
      201: json('The objects and how to upload them.', storage.schema),
      400: badBody,
      403: readOnly,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { flowId } = request.params;
      // The body is optional, which its schema cannot say.
      const body = request.body as typeof request.body | undefined;
      const allocation = await services(request).storage.allocate(flowId, body ?? {}, baseUrl(request));
      return sendJson(reply.code(201), JSON.stringify(storage.show(allocation)));
    },
  });
}

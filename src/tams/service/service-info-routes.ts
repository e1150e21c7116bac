import { operation, readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { badBody, json, noBody } from '../../http/schemas/responses.ts';
import { ServiceSchema, ServiceUpdateSchema } from './service-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS 7.0, `/service`. */
export function serviceInfoRoutes(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    url: '/service',
    name: 'service',
    tag: 'Service',
    summary: 'Get the service',
    description: 'Its name, the version of TAMS that it speaks, and how it tells of events.',
    schema: {},
    responses: { 200: json('The service.', ServiceSchema) },
    handler: async (request, reply) => sendJson(reply, JSON.stringify(await services(request).serviceInfo.get())),
  });

  operation(app, {
    method: 'POST',
    url: '/service',
    name: 'service',
    tag: 'Service',
    summary: 'Change the name and the description of the service',
    description: 'Properties that are left out stay.',
    access: 'admin',
    schema: { body: ServiceUpdateSchema },
    responses: { 200: noBody('Changed.'), 400: badBody },
    handler: async (request, reply) => {
      const { name, description } = request.body;
      await services(request).serviceInfo.update({
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
      });
      return reply.code(200).send();
    },
  });
}

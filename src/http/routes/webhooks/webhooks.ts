import Type from 'typebox';
import { operation, readOperation } from '../../operation.ts';
import type { RouteContext } from '../../route-context.ts';
import { badBody, json, noBody, notFound } from '../../schemas/responses.ts';
import { WebhookInputSchema, WebhookSchema } from '../../schemas/webhook.ts';
import { sendJson } from '../../send-json.ts';
import type { TamsApp } from '../../tams-app.ts';

/** TAMS 7.0, `/service/webhooks`. */
export function webhookRoutes(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'List webhooks',
    description: 'The registrations, without their keys, and whether they are failing.',
    access: 'admin',
    schema: {},
    responses: { 200: json('The registrations, without their keys.', Type.Array(WebhookSchema)), 404: notFound },
    handler: async (request, reply) => {
      const webhooks = await services(request).webhooks.list();
      return sendJson(reply, JSON.stringify(webhooks));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'Register, change or remove a webhook',
    access: 'admin',
    description:
      'A registration is known by its URL and its key: the same again replaces its events, and an empty list of ' +
      'events removes it.',
    schema: { body: WebhookInputSchema },
    responses: {
      201: json('Registered or changed.', WebhookSchema),
      204: noBody('Removed.'),
      400: badBody,
      404: notFound,
    },
    handler: async (request, reply) => {
      const registered = await services(request).webhooks.register(request.body);
      if (registered === undefined) return reply.code(204).send();
      return sendJson(reply.code(201), JSON.stringify(registered));
    },
  });
}

import Type from 'typebox';
import type { PageRequest } from '../../shared/paging.ts';
import { operation, readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { pagingQuery } from '../parameters.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../http/schemas/responses.ts';
import { WebhookInputSchema, WebhookSchema } from './webhook-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS 7.0, `/service/webhooks`. */
export function webhookRoutes(app: TamsApp, { services, paging }: RouteContext): void {
  readOperation(app, {
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'List webhooks',
    description:
      'The registrations, without their keys, and whether they are failing. Admins see all, others what they registered.',
    schema: { querystring: pagingQuery },
    responses: {
      200: json('The registrations, without their keys.', Type.Array(WebhookSchema), pagingHeaders),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => {
      const list = (page: PageRequest) => services(request).webhooks.list(page, request.auth);
      return paging.send(request, reply, list, { byDefault: 'most' });
    },
  });

  operation(app, {
    method: 'POST',
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'Register, change or remove a webhook',
    audited: true,
    description:
      'A registration is known by its URL, its key and who made it: the same again replaces its events, and an empty ' +
      'list of events removes it. Admins share theirs, and remove those of others with the same URL and `api_key_name`; ' +
      'they need not know `api_key_value` for it. Who is limited to classes is told of what they give access to, ' +
      'without what is inferred (`collected_by`, `source_collection`), and cannot filter by collections.',
    schema: { body: WebhookInputSchema },
    responses: {
      201: json('Registered or changed.', WebhookSchema),
      204: noBody('Removed.'),
      400: badBody,
      404: notFound,
    },
    handler: async (request, reply) => {
      const registered = await services(request).webhooks.register(request.body, request.auth);
      if (registered === undefined) return reply.code(204).send();
      return sendJson(reply.code(201), JSON.stringify(registered));
    },
  });
}

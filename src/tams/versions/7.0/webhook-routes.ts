import { Type } from '../../../shared/type-builder.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PageRequest } from '../../../shared/paging.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { compileBody } from '../../../http/validation/body-validator.ts';
import { pagingQuery } from '../../parameters.ts';
import type { RouteContext } from '../../route-context.ts';
import type { PublicWebhook, ShownWebhook, Webhook } from '../../webhooks/webhook.ts';
import { webhookError, webhookInputSchema, webhookProperties, webhookSchema } from '../../webhooks/webhook-schemas.ts';
import { validateWebhook as newest } from '../8.2/webhook-schemas.ts';
import { orNewer } from '../translate.ts';

const state = {
  status: Type.Optional(
    Type.Enum(['error', 'disabled'], {
      type: 'string',
      description:
        '`error` while nothing could be delivered for too long, or what waits is as much as is kept; `disabled` where a ' +
        'client of a later version of TAMS said so.',
    }),
  ),
  error: webhookError,
};

const shown = webhookSchema({ ...webhookProperties, ...state });

const input = webhookInputSchema(
  'WebhookInput',
  'A registration. An empty list of events removes it. What a listing shows can be posted again: `status` and `error` ' +
    'change nothing.',
  { ...webhookProperties, ...state },
);

/** TAMS 7.0, `/service/webhooks`: registrations are known by their URL and key. */
export function webhookRoutes(app: TamsApp, { services, paging, surface }: RouteContext): void {
  readOperation(app, {
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'List webhooks',
    description:
      'The registrations, without their keys, and whether they are failing. Admins see all, others what they registered.',
    schema: { querystring: pagingQuery },
    responses: {
      200: json('The registrations, without their keys.', Type.Array(shown), pagingHeaders),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => {
      const list = (page: PageRequest) => services(request).webhooks.list(page, request.auth);
      return paging.send(request, reply, list, { show, byDefault: 'most' });
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
    schema: { body: input },
    validateBody: orNewer(compileBody(input), newest),
    responses: {
      201: json('Registered or changed.', shown),
      204: noBody('Removed.'),
      400: badBody,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { status, error: _, ...webhook } = request.body;
      const registration = {
        webhook,
        form: surface.version,
        merge: (given: Webhook, present: ShownWebhook | undefined): Webhook => {
          if (status === 'disabled' && present?.status !== 'disabled') throw notDisabled();
          return present === undefined ? given : merge(given, present);
        },
      };
      const registered = await services(request).webhooks.register(registration, request.auth);
      if (registered === undefined) return reply.code(204).send();
      return sendJson(reply.code(201), JSON.stringify(show(registered)));
    },
  });
}

/** Without what 7.0 has no word for. Words of our own say that a webhook fails or was disabled. */
function show({ id: _, tags: __, include_object_timerange: ___, status, error, ...webhook }: ShownWebhook): object {
  const { flow_collected_by_ids: flows, source_collected_by_ids: sources } = webhook;
  return {
    ...webhook,
    ...(flows === null && { flow_collected_by_ids: [] }),
    ...(sources === null && { source_collected_by_ids: [] }),
    ...(status !== 'started' && { status }),
    ...(error && { error }),
  };
}

/** A listing's word may come back. It is no way to disable a webhook, since 7.0 could not start it again. */
const notDisabled = (): AppError =>
  new AppError('invalid_request', 'body/status: webhooks are disabled in TAMS 8.2, which this server speaks at /v8.2', {
    field: 'body/status',
  });

/** Keeps what 7.0 cannot say. An empty list of collections that it was shown is the filter that it was shown for. */
function merge(given: Webhook, { tags, include_object_timerange: timeranges, ...present }: PublicWebhook): Webhook {
  const webhook = {
    ...given,
    ...(tags && { tags }),
    ...(timeranges !== undefined && { include_object_timerange: timeranges }),
  };
  for (const name of ['flow_collected_by_ids', 'source_collected_by_ids'] as const) {
    if (present[name] === null && given[name]?.length === 0) webhook[name] = null;
  }
  return webhook;
}

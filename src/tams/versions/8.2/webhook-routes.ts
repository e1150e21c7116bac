import { Type } from '../../../shared/type-builder.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { badBody, badQuery, json, noBody, notFound, sortedHeaders } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { PageRequest } from '../../../shared/paging.ts';
import { readTagFilter } from '../../documents/tag-filter.ts';
import { checkPathId } from '../../parameters.ts';
import type { RouteContext } from '../../route-context.ts';
import type { ShownWebhook, Webhook } from '../../webhooks/webhook.ts';
import { changedWebhook, newWebhook, shownWebhook, webhookListQuery, webhookParams } from './webhook-schemas.ts';

/** TAMS 8.2, `/service/webhooks` and all below it: registrations are known by their ids. */
export function webhookRoutes(app: TamsApp, context: RouteContext): void {
  webhookListing(app, context);
  webhookCreation(app, context);
  oneWebhook(app, context);
}

function webhookListing(app: TamsApp, { services, paging, surface }: RouteContext): void {
  readOperation(app, {
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'List webhooks',
    description:
      'In the order of their URLs, without their keys. Admins see all, others what they registered. All filters that are ' +
      'given have to hold.',
    schema: { querystring: webhookListQuery },
    responses: {
      200: json('The webhooks, without their keys.', Type.Array(shownWebhook), sortedHeaders),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => {
      const { reverse_order: isReversed = false } = request.query;
      const query = {
        tags: readTagFilter(request.query, surface.tags.match),
        byUrl: isReversed ? ('desc' as const) : ('asc' as const),
      };
      const list = (page: PageRequest) => services(request).webhooks.list(page, request.auth, query);
      return paging.send(request, reply, list, { show, reverse: isReversed });
    },
  });
}

function webhookCreation(app: TamsApp, { services, surface }: RouteContext): void {
  operation(app, {
    method: 'POST',
    url: '/service/webhooks',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'Register a webhook',
    audited: true,
    description:
      'Each request makes a webhook of its own, with an id. It belongs to who made it; admins share theirs. Who is limited ' +
      'to classes is told of what they give access to, without what is inferred (`collected_by`, `source_collection`), ' +
      'and cannot filter by collections.',
    schema: { body: newWebhook },
    responses: { 201: json('Registered.', shownWebhook), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { status, ...given } = request.body;
      const { webhooks } = services(request);
      const webhook = await webhooks.create(read(given), status === 'disabled', surface.version, request.auth);
      return sendJson(reply.code(201), JSON.stringify(show(webhook)));
    },
  });
}

function oneWebhook(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    url: '/service/webhooks/:webhookId',
    name: 'webhooks-webhookId',
    tag: 'Webhooks',
    summary: 'Get a webhook',
    description: 'Without its key. Admins see all, others what they registered.',
    schema: { params: webhookParams },
    responses: { 200: json('The webhook, without its key.', shownWebhook), 404: notFound },
    handler: async (request, reply) => {
      const webhook = await services(request).webhooks.get(request.params.webhookId, request.auth);
      return sendJson(reply, JSON.stringify(show(webhook)));
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/service/webhooks/:webhookId',
    name: 'webhooks',
    tag: 'Webhooks',
    summary: 'Replace a webhook',
    audited: true,
    description:
      'A property that is left out is removed, but for `api_key_value`: the key stays as long as the header `api_key_name` ' +
      'and a URL of the same origin do, and has to be given again with a URL of another one. `created` starts a webhook ' +
      'again that is disabled or in error; one in error cannot be disabled. Events from while it was disabled are not ' +
      'told later. It stays its owner’s, also where an admin replaces it.',
    schema: { params: webhookParams, body: changedWebhook },
    responses: { 201: json('Replaced.', shownWebhook), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { webhookId: id } = request.params;
      checkPathId(request.body, id);
      const { id: _, status, error: __, ...rest } = request.body;
      const webhook = await services(request).webhooks.replace(id, read(rest), status === 'disabled', request.auth);
      return sendJson(reply.code(201), JSON.stringify(show(webhook)));
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/service/webhooks/:webhookId',
    name: 'webhooks-webhookId',
    tag: 'Webhooks',
    summary: 'Delete a webhook',
    audited: true,
    description: 'It is told of nothing from then on.',
    schema: { params: webhookParams },
    responses: { 204: noBody('Deleted.'), 404: notFound },
    handler: async (request, reply) => {
      await services(request).webhooks.delete(request.params.webhookId, request.auth);
      return reply.code(204).send();
    },
  });
}

const COLLECTORS = ['flow_collected_by_ids', 'source_collected_by_ids'] as const;

/** An empty list of collections is the filter for what nothing collects. */
function read(given: Webhook): Webhook {
  const webhook = { ...given };
  for (const name of COLLECTORS) if (given[name]?.length === 0) webhook[name] = null;
  return webhook;
}

function show(webhook: ShownWebhook): object {
  return Object.fromEntries(
    Object.entries(webhook).map(([name, value]) => [name, value === null ? [] : (value as unknown)]),
  );
}

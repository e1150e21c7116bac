import type { FastifyReply } from 'fastify';
import { Type } from '../../shared/type-builder.ts';
import type { DeletionRequest } from './deletion.ts';
import type { PageRequest } from '../../shared/paging.ts';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { deletionRequestParams } from '../parameters.ts';
import { badQuery, ErrorSchema, json, notFound } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { DateTime, Timerange, Uuid } from '../../http/schemas/common.ts';
import { wholeSeconds } from '../../shared/time/shown-times.ts';

/** TAMS 7.0, `schemas/deletion-request.json`. */
const DeletionRequestSchema = Type.Object(
  {
    id: Uuid,
    flow_id: Uuid,
    timerange_to_delete: Timerange,
    timerange_remaining: Type.Optional(Timerange),
    delete_flow: Type.Boolean({ description: 'Whether the flow goes too, once its segments are gone.' }),
    created: Type.Optional(DateTime),
    created_by: Type.Optional(Type.String()),
    updated: Type.Optional(DateTime),
    expiry: Type.Optional(DateTime),
    status: Type.Enum(['created', 'started', 'done', 'error'], { type: 'string' }),
    error: Type.Optional(ErrorSchema),
  },
  { title: 'DeletionRequest' },
);

/** A deletion request as TAMS 7.0 prints it (`schemas/deletion-request.json`). */
function deletionRequestJson(request: DeletionRequest): Record<string, unknown> {
  return {
    id: request.id,
    flow_id: request.flowId,
    timerange_to_delete: request.timerangeToDelete.toString(),
    timerange_remaining: request.timerangeRemaining.toString(),
    delete_flow: request.deleteFlow,
    created: wholeSeconds(request.created),
    created_by: request.createdBy,
    updated: wholeSeconds(request.updated),
    expiry: request.expiry && wholeSeconds(request.expiry),
    status: request.status,
    error: request.error && { ...request.error, time: wholeSeconds(request.error.time) },
  };
}

/** TAMS 7.0, `/flow-delete-requests`. */
export function deletionRequestRoutes(app: TamsApp, { services, paging, surface: { listings } }: RouteContext): void {
  readOperation(app, {
    url: '/flow-delete-requests',
    name: 'flow-delete-requests',
    tag: 'FlowDeleteRequests',
    summary: 'List deletion requests',
    description: 'Open requests, and for a while done ones.',
    access: 'admin',
    schema: { querystring: listings.deletionRequestQuery },
    responses: {
      200: json('The requests that are known.', Type.Array(DeletionRequestSchema), listings.headers),
      400: badQuery,
    },
    handler: (request, reply) => {
      const order = listings.orderOf(request.query);
      const list = (page: PageRequest) => services(request).deletionRequests.list(page, order);
      return paging.send(request, reply, list, {
        show: deletionRequestJson,
        byDefault: order === undefined ? 'most' : 'some',
        reverse: order?.reverse,
      });
    },
  });

  readOperation(app, {
    url: '/flow-delete-requests/:requestId',
    name: 'flow-delete-requests-request-id',
    tag: 'FlowDeleteRequests',
    summary: 'Get a deletion request',
    description: 'How far the deletion is: `timerange_remaining` shrinks while it runs.',
    access: 'delete',
    schema: { params: deletionRequestParams },
    responses: { 200: json('The request.', DeletionRequestSchema), 404: notFound },
    handler: async (request, reply) => {
      const found = await services(request).deletionRequests.get(request.params.requestId);
      return sendJson(reply, JSON.stringify(deletionRequestJson(found)));
    },
  });
}

/** Documents the 202 of `sendDeletion`. */
export const deletionAccepted = json(
  'The deletion goes on; its progress is found at `Location`.',
  DeletionRequestSchema,
  { Location: Type.String({ description: 'The absolute URL of the deletion request.' }) },
);

/** 204 where the deletion is done, else 202 with the request that tells of its progress. */
export function sendDeletion<Reply extends Pick<FastifyReply, 'code' | 'header' | 'send'>>(
  reply: Reply,
  request: DeletionRequest | undefined,
  apiUrl: () => string,
): Reply {
  if (request === undefined) {
    reply.code(204).send();
    return reply;
  }
  reply.code(202).header('location', `${apiUrl()}/flow-delete-requests/${request.id}`);
  return sendJson(reply, JSON.stringify(deletionRequestJson(request)));
}

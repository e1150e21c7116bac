import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../http/schemas/responses.ts';
import { sendJson, sendRead } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { adoptedId } from '../../tams/objects/object-location.ts';
import type { TamsContext } from '../../tams/route-context.ts';
import type { Adoption, AdoptionKey } from './adoption.ts';
import {
  adoptionKeyQuery,
  adoptionListQuery,
  adoptionParams,
  AdoptionKeySchema,
  AdoptionRequestBody,
  AdoptionSchema,
} from './adoption-schemas.ts';
import { objectOfPresent } from './adoption-rules.ts';
import type { AdoptionService } from './adoption-service.ts';

/** Administrators have keys of storage backends adopted here. Beyond TAMS. */
export function adoptionRoutes(app: TamsApp, service: AdoptionService, context: Pick<TamsContext, 'paging'>): void {
  adoptionReads(app, service, context);
  operation(app, {
    method: 'POST',
    url: '/internal/adoptions',
    name: 'internal-adoptions',
    tag: 'Operation',
    summary: 'Adopt keys of a storage backend',
    description:
      'Lists the keys of a folder, looks into them, and plans the flows and segments that they become, without moving a ' +
      'byte. Start it when it is planned.',
    access: 'admin',
    schema: { body: AdoptionRequestBody },
    responses: { 201: json('It is being planned.', AdoptionSchema), 400: badBody },
    handler: async (request, reply) => {
      const adoption = await service.create(request.body, request.principal);
      return sendJson(reply.code(201), JSON.stringify(shown(adoption)));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/internal/adoptions/:adoptionId/start',
    name: 'internal-adoptions-adoptionId-start',
    tag: 'Operation',
    summary: 'Start a planned adoption',
    description: 'One that is not planned yet starts by itself when it is.',
    access: 'admin',
    schema: { params: adoptionParams },
    responses: { 200: json('It goes on.', AdoptionSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) =>
      sendJson(reply, JSON.stringify(shown(await service.start(request.params.adoptionId)))),
  });

  operation(app, {
    method: 'DELETE',
    url: '/internal/adoptions/:adoptionId',
    name: 'internal-adoptions-adoptionId',
    tag: 'Operation',
    summary: 'Stop and forget an adoption',
    description: 'Its plan and its report go. Objects that it made stay.',
    access: 'admin',
    schema: { params: adoptionParams },
    responses: { 204: noBody('It is forgotten.'), 404: notFound },
    handler: async (request, reply) => {
      await service.remove(request.params.adoptionId);
      return reply.code(204).send();
    },
  });
}

function adoptionReads(app: TamsApp, service: AdoptionService, { paging }: Pick<TamsContext, 'paging'>): void {
  readOperation(app, {
    url: '/internal/adoptions',
    name: 'internal-adoptions',
    tag: 'Operation',
    summary: 'List adoptions',
    description: 'Newest first.',
    access: 'admin',
    schema: { querystring: adoptionListQuery },
    responses: { 200: json('The adoptions.', Type.Array(AdoptionSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) => paging.send(request, reply, (page) => service.list(page), { show: shown }),
  });

  readOperation(app, {
    url: '/internal/adoptions/:adoptionId',
    name: 'internal-adoptions-adoptionId',
    tag: 'Operation',
    summary: 'Get an adoption',
    description: 'How far it is.',
    access: 'admin',
    schema: { params: adoptionParams },
    responses: { 200: json('The adoption.', AdoptionSchema), 404: notFound },
    handler: async (request, reply) => {
      return sendRead(request, reply, shown(await service.get(request.params.adoptionId)));
    },
  });

  readOperation(app, {
    url: '/internal/adoptions/:adoptionId/keys',
    name: 'internal-adoptions-adoptionId-keys',
    tag: 'Operation',
    summary: 'List the keys of an adoption',
    description: 'The plan, and what became of it. Refused ones come first.',
    access: 'admin',
    schema: { params: adoptionParams, querystring: adoptionKeyQuery },
    responses: { 200: json('The keys.', Type.Array(AdoptionKeySchema), pagingHeaders), 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      const { adoptionId } = request.params;
      const { storageId } = await service.get(adoptionId);
      const show = (key: AdoptionKey) => shownKey(storageId, key);
      return paging.send(request, reply, (page) => service.keys(adoptionId, request.query.state, page), { show });
    },
  });
}

function shown(adoption: Adoption) {
  const { bytes, ...keys } = adoption.counts;
  return {
    id: adoption.id,
    storage_id: adoption.storageId,
    prefix: adoption.prefix,
    layout: adoption.layout,
    frame_rate: adoption.frameRate,
    tags: adoption.tags,
    delete_bytes: adoption.deleteBytes,
    follow: adoption.follows,
    start: adoption.starts,
    state: adoption.state,
    error: adoption.error,
    keys,
    bytes,
    created: new Date(adoption.createdMs).toISOString(),
    updated: new Date(adoption.updatedMs).toISOString(),
    created_by: adoption.principal,
  };
}

function shownKey(storageId: string, { key, size, state, reason, flowId, startNs, endNs }: AdoptionKey) {
  const objectId = state === 'adopted' ? adoptedId({ storageId, storagePath: key }) : objectOfPresent(reason);
  return {
    key,
    size,
    state,
    reason,
    flow_id: flowId,
    ...(startNs !== undefined && endNs !== undefined && { timerange: TimeRange.fromNs(startNs, endNs).toString() }),
    ...(objectId !== undefined && { object_id: objectId }),
  };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from '../../shared/type-builder.ts';
import { operation } from '../../http/operation.ts';
import { badBody, badQuery, forbidden, noBody, notFound } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { validatorCompiler } from '../../http/validation/query-validator.ts';
import { AppError } from '../../shared/errors.ts';
import { objectParams } from '../parameters.ts';
import type { Asker, RouteContext } from '../route-context.ts';
import { InstanceInputSchema, validateInstance } from './object-schemas.ts';
import type { InstanceSelection } from './instance-service.ts';

const query = Type.Object({
  storage_id: Type.Optional(Type.String({ description: 'The storage backend of the instance.' })),
  label: Type.Optional(Type.String({ description: 'The label of the instance. Not together with `storage_id`.' })),
});

type InstanceInput = { storage_id: string } | { url: string; label: string };
type InstanceQuery = { storage_id?: string; label?: string };
type InstanceRequest = Asker & { readonly principal: string };

/** TAMS 8.2, `/objects/{objectId}/instances`. */
export function instanceRoutes(app: TamsApp, { services }: RouteContext): void {
  const create = async (id: string, body: InstanceInput, request: InstanceRequest, reply: FastifyReply) => {
    const { instances } = services(request);
    if ('storage_id' in body) await instances.copy(id, body.storage_id, request.principal);
    else await instances.register(id, body);
    return reply.code(201).send();
  };
  const remove = async (id: string, selected: InstanceQuery, request: InstanceRequest, reply: FastifyReply) => {
    await services(request).instances.delete(id, selectionOf(selected), request.principal);
    return reply.code(204).send();
  };

  operation(app, {
    method: 'POST',
    url: '/objects/:objectId/instances',
    name: 'objects-instances',
    tag: 'Objects',
    summary: 'Add an instance of an object',
    description:
      'With `storage_id` the object is copied to that storage backend, in the background; `get_urls` shows the copy when it ' +
      'is complete. With `url` and `label` an instance elsewhere is added at once.',
    schema: { params: objectParams, body: InstanceInputSchema },
    validateBody: validateInstance,
    responses: { 201: noBody('Added, or to be copied.'), 400: badBody, 403: forbidden, 404: notFound },
    handler: (request, reply) => create(request.params.objectId, request.body, request, reply),
  });
  operation(app, {
    method: 'DELETE',
    url: '/objects/:objectId/instances',
    name: 'objects-instances',
    tag: 'Objects',
    summary: 'Delete an instance of an object',
    description:
      'By one of `storage_id` and `label`. The last instance stays: delete the segments that use the object instead. Bytes in ' +
      'a storage backend are deleted when the URLs that were signed for them have run out.',
    schema: { params: objectParams, querystring: query },
    responses: { 204: noBody('Deleted.'), 400: badQuery, 403: forbidden, 404: notFound },
    handler: (request, reply) => remove(request.params.objectId, request.query, request, reply),
  });

  // Object ids may hold slashes, and not every client percent-encodes them.
  const url = '/objects/*';
  app.route({
    method: 'POST',
    url,
    schema: { hide: true, body: InstanceInputSchema },
    config: { access: 'write' },
    validatorCompiler: validatorCompiler(validateInstance),
    handler: (request, reply) => create(objectIn(request, reply), request.body, request, reply),
  });
  app.route({
    method: 'DELETE',
    url,
    schema: { hide: true, querystring: query },
    config: { access: 'delete' },
    validatorCompiler: validatorCompiler(),
    handler: (request, reply) => remove(objectIn(request, reply), request.query, request, reply),
  });
}

const END = '/instances';

function objectIn({ method, params }: FastifyRequest, reply: FastifyReply): string {
  const path = (params as { '*': string })['*'];
  if (path.endsWith(END)) return path.slice(0, -END.length);
  reply.header('allow', 'GET, HEAD');
  throw new AppError('method_not_allowed', `This path takes GET, HEAD, not ${method}`);
}

function selectionOf({ storage_id: storageId, label }: InstanceQuery): InstanceSelection {
  if ((storageId === undefined) === (label === undefined)) {
    throw new AppError('invalid_request', 'name the instance by one of storage_id and label', { field: 'storage_id' });
  }
  return storageId === undefined ? { label: label ?? '' } : { storageId };
}

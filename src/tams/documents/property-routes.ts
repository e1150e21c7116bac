import type { Static, TObject, TSchema } from 'typebox';
import type { OperationTag } from '../../http/operation.ts';
import { operation, paramOf, readOperation } from '../../http/operation.ts';
import type { PropertyChange } from '../flows/flow.ts';
import type { Asker } from '../access/by-classes.ts';
import type { ResponseDocs } from '../../http/schemas/responses.ts';
import { badBody, json, noBody, notFound } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { compileBody, type Validate } from '../../http/validation/body-validator.ts';

interface PropertyService<Name extends string, Value> {
  getProperty(id: string, property: Name): Promise<unknown>;
  putProperty(id: string, property: Name, value: Value, principal: string, change?: PropertyChange): Promise<void>;
  deleteProperty(id: string, property: Name, principal: string, change?: PropertyChange): Promise<void>;
}

interface PropertyOwner<Name extends string, Value> {
  noun: 'source' | 'flow';
  tag: OperationTag;
  /** `/flows` */
  path: string;
  /** The name of the path parameter that holds the resource's id. */
  idParam: 'sourceId' | 'flowId';
  params: TObject;
  serviceOf: (request: Asker) => PropertyService<Name, Value>;
}

export interface Property<Name extends string, Schema extends TSchema> {
  property: Name;
  /** Its name in summaries: `label`, `maximum bit rate`. */
  title: string;
  schema: Schema;
  /** Validates the value in a request; by default by the schema. */
  validate?: Validate;
  /** The value as answers have it; by default as it is kept. */
  show?: (value: unknown) => unknown;
  /** The value to keep of one in a request; by default as it came. */
  read?: (value: Static<Schema>) => Static<Schema>;
  change?: PropertyChange;
  isDeletable: boolean;
  /** Responses to changes, besides those that every property has. */
  writeResponses: ResponseDocs;
}

/** GET, HEAD, PUT and DELETE of a single property (TAMS 7.0, `/flows/{flowId}/label` and its like). */
export function propertyRoutes<Name extends string, Value, Schema extends TSchema>(
  app: TamsApp,
  owner: PropertyOwner<Name, Value>,
  definition: Static<Schema> extends Value ? Property<Name, Schema> : never,
): void {
  const { noun, tag, path, idParam, params, serviceOf } = owner;
  const { property, title, schema, validate = compileBody(schema), change, isDeletable, writeResponses } = definition;
  const { show = (value: unknown) => value, read = (value: Static<Schema>) => value } = definition;
  const url = `${path}/:${idParam}/${property}`;
  const name = `${path.slice(1)}-${idParam}-${property.replaceAll('_', '-')}`;
  const idOf = (request: { params: unknown }) => paramOf(request, idParam);

  readOperation(app, {
    url,
    name,
    tag,
    summary: `Get the ${title} of a ${noun}`,
    description: 'The value alone, as JSON.',
    schema: { params },
    responses: { 200: json(`The ${title}.`, schema), 404: notFound },
    handler: async (request, reply) => {
      return sendJson(reply, JSON.stringify(show(await serviceOf(request).getProperty(idOf(request), property))));
    },
  });

  operation(app, {
    method: 'PUT',
    url,
    name,
    tag,
    summary: `Set the ${title} of a ${noun}`,
    description: 'The body is the value alone, as JSON. The other properties stay.',
    schema: { params, body: schema },
    validateBody: validate,
    responses: { 204: noBody('Set.'), 400: badBody, ...writeResponses, 404: notFound },
    handler: async (request, reply) => {
      await serviceOf(request).putProperty(
        idOf(request),
        property,
        read(request.body as Static<Schema>),
        request.principal,
        change,
      );
      return reply.code(204).send();
    },
  });

  if (!isDeletable) return;
  operation(app, {
    method: 'DELETE',
    url,
    name,
    tag,
    summary: `Remove the ${title} of a ${noun}`,
    description: 'The other properties stay. One that is not set is no error.',
    access: 'write',
    schema: { params },
    responses: { 204: noBody('Removed.'), ...writeResponses, 404: notFound },
    handler: async (request, reply) => {
      await serviceOf(request).deleteProperty(idOf(request), property, request.principal, change);
      return reply.code(204).send();
    },
  });
}

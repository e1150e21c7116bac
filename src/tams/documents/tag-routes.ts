import type { TObject } from 'typebox';
import type { OperationTag } from '../../http/operation.ts';
import { operation, paramOf, readOperation } from '../../http/operation.ts';
import type { Asker } from '../access/by-classes.ts';
import type { Surface } from '../versions/surface.ts';
import type { Tags, TagValue } from './tags.ts';
import type { ResponseDocs } from '../../http/schemas/responses.ts';
import { badBody, json, noBody, notFound } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

interface TagService {
  getTags(id: string): Promise<Tags>;
  getTag(id: string, name: string): Promise<TagValue>;
  putTag(
    id: string,
    name: string,
    valueOf: (present: TagValue | undefined) => TagValue,
    principal: string,
  ): Promise<void>;
  deleteTag(id: string, name: string, principal: string): Promise<void>;
}

interface TaggedResource {
  noun: 'source' | 'flow';
  tag: OperationTag;
  /** `/flows` */
  path: string;
  /** The name of the path parameter that holds the resource's id. */
  idParam: 'sourceId' | 'flowId';
  params: TObject;
  tagParams: TObject;
  serviceOf: (request: Asker) => TagService;
  /** Responses to changes, besides those that every resource has. */
  writeResponses: ResponseDocs;
  tags: Surface['tags'];
}

/** TAMS, `/sources/{sourceId}/tags` and `/flows/{flowId}/tags`, and one tag below them. */
export function tagRoutes(app: TamsApp, resource: TaggedResource): void {
  const { noun, tag, path, idParam, params, tagParams, serviceOf, writeResponses, tags } = resource;
  const name = `${path.slice(1)}-${idParam}-tags`;
  const all = `${path}/:${idParam}/tags`;
  const one = `${all}/:name`;
  const idOf = (request: { params: unknown }) => paramOf(request, idParam);
  const nameOf = (request: { params: unknown }) => paramOf(request, 'name');

  readOperation(app, {
    url: all,
    name,
    tag,
    summary: `List the tags of a ${noun}`,
    description: `All tags with their values, as one object.`,
    schema: { params },
    responses: { 200: json('The tags.', tags.all), 404: notFound },
    handler: async (request, reply) =>
      sendJson(reply, JSON.stringify(tags.showAll(await serviceOf(request).getTags(idOf(request))))),
  });

  readOperation(app, {
    url: one,
    name: `${name}-name`,
    tag,
    summary: `Get a tag of a ${noun}`,
    description: 'The value alone, as JSON.',
    schema: { params: tagParams },
    responses: { 200: json('The value of the tag.', tags.value), 404: notFound },
    handler: async (request, reply) => {
      return sendJson(
        reply,
        JSON.stringify(tags.show(await serviceOf(request).getTag(idOf(request), nameOf(request)))),
      );
    },
  });

  operation(app, {
    method: 'PUT',
    url: one,
    name: `${name}-name`,
    tag,
    summary: `Set a tag of a ${noun}`,
    description: 'The body is the value alone, as JSON: `"news"`. The other tags stay.',
    schema: { params: tagParams, body: tags.value },
    validateBody: tags.validate,
    responses: { 204: noBody('Set.'), 400: badBody, ...writeResponses, 404: notFound },
    handler: async (request, reply) => {
      const valueOf = (present: TagValue | undefined): TagValue => tags.read(request.body, present);
      await serviceOf(request).putTag(idOf(request), nameOf(request), valueOf, request.principal);
      return reply.code(204).send();
    },
  });

  operation(app, {
    method: 'DELETE',
    url: one,
    name: `${name}-name`,
    tag,
    summary: `Remove a tag of a ${noun}`,
    description: 'The other tags stay. A tag that is not there is a 404.',
    access: 'write',
    schema: { params: tagParams },
    responses: { 204: noBody('Removed.'), ...writeResponses, 404: notFound },
    handler: async (request, reply) => {
      await serviceOf(request).deleteTag(idOf(request), nameOf(request), request.principal);
      return reply.code(204).send();
    },
  });
}

import type { TSchema, TUnsafe } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { badBody, badQuery, json, notFound, pagingHeaders } from '../../http/schemas/responses.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import type { Validate } from '../../http/validation/body-validator.ts';
import type { PageRequest } from '../../shared/paging.ts';
import { checkPathId } from '../parameters.ts';
import type { RouteContext } from '../route-context.ts';
import type { ProfileInput } from './profile.ts';
import { profileListQuery, profileParams } from './profile-schemas.ts';

/** The schemas of a version that has profiles. */
export interface ProfileSurface {
  readonly input: TUnsafe<ProfileInput>;
  readonly shown: TSchema;
  /** Validates the body of a POST. */
  readonly validate: Validate;
}

/** TAMS 8.2, `/service/profiles`. */
export function profileRoutes(app: TamsApp, { services, paging }: RouteContext, profiles: ProfileSurface): void {
  readOperation(app, {
    url: '/service/profiles',
    name: 'profiles',
    tag: 'Profiles',
    summary: 'List profiles',
    description: 'Newest first. All filters that are given have to hold.',
    schema: { querystring: profileListQuery },
    responses: { 200: json('The profiles.', Type.Array(profiles.shown), pagingHeaders), 400: badQuery },
    handler: (request, reply) => {
      const { label, format, codec } = request.query;
      const list = (page: PageRequest) => services(request).profiles.list({ label, format, codec }, page);
      return paging.send(request, reply, list);
    },
  });

  readOperation(app, {
    url: '/service/profiles/:profileId',
    name: 'profiles-profileId',
    tag: 'Profiles',
    summary: 'Get a profile',
    description: 'Flows that name it have its technical properties.',
    schema: { params: profileParams },
    responses: { 200: json('The profile.', profiles.shown), 404: notFound },
    handler: async (request, reply) => {
      const profile = await services(request).profiles.get(request.params.profileId);
      return request.method === 'HEAD' ? sendHead(reply) : sendJson(reply, profile);
    },
  });

  operation(app, {
    method: 'POST',
    url: '/service/profiles/:profileId',
    name: 'profiles-profileId',
    tag: 'Profiles',
    summary: 'Create a profile',
    description:
      'A profile is never changed: an id that has one is a 400. The id in the body has to be that of the path.',
    schema: { params: profileParams, body: profiles.input },
    validateBody: profiles.validate,
    responses: { 201: json('Created.', profiles.shown), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { profileId: id } = request.params;
      const { body } = request;
      checkPathId(body, id);
      const profile = await services(request).profiles.create(body, request.principal);
      return sendJson(reply.code(201), profile);
    },
  });
}

// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { AccessCheck } from '../../http/access-check.ts';
import { isPlain, type MediaRoute, type MediaRoutesOptions } from './media-request.ts';
import { readMedia } from './read-media.ts';
import { writeMedia } from './write-media.ts';

/**
 * The addresses that the signed URLs of local media stores lead to: `/media/{storage id}/{storage path}`. They are no
 * operations of TAMS, so the OpenAPI document does not show them. A signature for GET is good for HEAD. The signature is
 * the credential; only uploads to plain URLs need those of a client.
 */
export async function mediaRoutes(app: FastifyInstance, options: MediaRoutesOptions): Promise<void> {
  // Media of any type is handed over as it arrives; the store bounds its size.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    done(null, payload);
  });
  const url = '/media/:storageId/*';
  const schema = { hide: true };
  const authentication = options.plainUploads?.authentication;
  const { check } = authentication === undefined ? {} : new AccessCheck(authentication, 'write');
  const config = { access: 'public', traffic: 'media' } as const;
  app.route<MediaRoute>({
    method: ['GET', 'HEAD'],
    url,
    schema,
    config,
    exposeHeadRoute: false,
    handler: (request, reply) => readMedia(options.localMedia, request, reply),
  });
  app.route<MediaRoute>({
    method: 'PUT',
    url,
    schema,
    config,
    onRequest: (request, reply, next) => {
      if (check === undefined || !isPlain(request)) next();
      else check(request, reply, next);
    },
    handler: (request, reply) => writeMedia(options, request, reply),
  });
}

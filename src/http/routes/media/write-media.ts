import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LocalMedia, ObjectInfo } from '../../../domain/media-store.ts';
import { AppError } from '../../../shared/errors.ts';
import { authorizeMedia, type MediaRoute } from './media-request.ts';

/** PUT of an object: its bytes stream to the store, which shows it when all of them have arrived. */
export async function writeMedia(
  localMedia: ReadonlyMap<string, LocalMedia>,
  request: FastifyRequest<MediaRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { store, storagePath, contentType: signedType } = authorizeMedia(localMedia, 'PUT', request);
  const contentType = request.headers['content-type'];
  if (signedType !== undefined && contentType !== signedType) {
    throw new AppError(
      'invalid_signature',
      `This upload was signed for the content type ${signedType}; send that one.`,
    );
  }
  const info = await upload(store, storagePath, request, contentType).catch((error: unknown) => {
    // The rest of a body that is too large must not be waited for.
    if (error instanceof AppError && error.code === 'payload_too_large') void reply.header('connection', 'close');
    // Node drains only bodies that nobody began to read; the connection would be stuck.
    else request.raw.resume();
    throw error;
  });
  return reply.code(200).header('etag', `"${info.etag}"`).send();
}

async function upload(
  store: LocalMedia,
  storagePath: string,
  request: FastifyRequest<MediaRoute>,
  contentType: string | undefined,
): Promise<ObjectInfo> {
  const { maxObjectBytes } = store;
  if (Number(request.headers['content-length'] ?? 0) > maxObjectBytes) {
    throw new AppError('payload_too_large', `An object may have ${maxObjectBytes} bytes at most.`);
  }
  return store.put(storagePath, request.raw, { contentType });
}

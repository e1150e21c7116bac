import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ObjectInfo } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { authorizeMedia, type MediaRoute, type MediaRoutesOptions } from './media-request.ts';

/** PUT of an object: its bytes stream to the store, which shows it when all of them have arrived. */
export async function writeMedia(
  { localMedia, upload }: MediaRoutesOptions,
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
  const receive = async (): Promise<ObjectInfo> => {
    if (Number(request.headers['content-length'] ?? 0) > store.maxObjectBytes) {
      throw new AppError('payload_too_large', `An object may have ${store.maxObjectBytes} bytes at most.`);
    }
    return upload(store, storagePath, request.raw, contentType);
  };
  const info = await receive().catch((error: unknown) => {
    // The rest of a body that is too large must not be waited for.
    if (error instanceof AppError && error.code === 'payload_too_large') void reply.header('connection', 'close');
    // Node drains only bodies that nobody began to read; the connection would be stuck.
    request.raw.resume();
    throw error;
  });
  return reply.code(200).header('etag', `"${info.etag}"`).send();
}

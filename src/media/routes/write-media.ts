import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ObjectInfo } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { CHECKSUM_HEADERS, checksumsIn, reprDigest } from '../checksums.ts';
import { authorizeUpload, type MediaRoute, type MediaRoutesOptions } from './media-request.ts';

/**
 * PUT of an object: its bytes stream to the store, which shows it when all of them have arrived and have the checksums
 * that the request names (TAMS, ADR 0048).
 */
export async function writeMedia(
  options: MediaRoutesOptions,
  request: FastifyRequest<MediaRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { store, storagePath, contentType: signedType } = await authorizeUpload(options, request);
  const contentType = request.headers['content-type'];
  if (signedType !== undefined && contentType !== signedType) {
    throw new AppError(
      'invalid_signature',
      `This upload was signed for the content type ${signedType}; send that one.`,
    );
  }
  const { checksums, unusable } = checksumsIn(request.headers);
  const [field] = unusable;
  if (field !== undefined) {
    throw new AppError('invalid_request', `header/${field}: cannot be checked; send one of ${CHECKSUM_HEADERS}`, {
      field,
    });
  }
  const receive = async (): Promise<ObjectInfo> => {
    if (Number(request.headers['content-length'] ?? 0) > store.maxObjectBytes) {
      throw new AppError('payload_too_large', `An object may have ${store.maxObjectBytes} bytes at most.`);
    }
    return options.upload(store, storagePath, request.raw, { contentType, checksums });
  };
  const info = await receive().catch((error: unknown) => {
    // The rest of a body that is too large must not be waited for.
    if (error instanceof AppError && error.code === 'payload_too_large') void reply.header('connection', 'close');
    // Node drains only bodies that nobody began to read; the connection would be stuck.
    request.raw.resume();
    throw error;
  });
  if (info.checksum !== undefined) void reply.header('repr-digest', reprDigest(info.checksum));
  return reply.code(200).header('etag', `"${info.etag}"`).send();
}

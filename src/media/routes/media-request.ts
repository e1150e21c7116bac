import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { LocalMedia, ObjectInfo } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';

export interface MediaRoutesOptions {
  /** The stores that are served here, by the id of their storage backend. */
  readonly localMedia: ReadonlyMap<string, LocalMedia>;
  /** Puts the bytes of an upload into the store. @throws AppError `not_found` where its object is gone */
  readonly upload: (
    store: LocalMedia,
    storagePath: string,
    body: Readable,
    contentType?: string,
  ) => Promise<ObjectInfo>;
}

export interface MediaRoute {
  Params: { storageId: string; '*': string };
  Querystring: Record<string, unknown>;
}

interface AuthorizedMedia {
  readonly store: LocalMedia;
  readonly storagePath: string;
  /** The content type that an upload was signed for. */
  readonly contentType: string | undefined;
}

/** The store and the path of a signed URL. Throws `not_found` for an unknown store and `invalid_signature`. */
export function authorizeMedia(
  localMedia: ReadonlyMap<string, LocalMedia>,
  method: 'GET' | 'PUT',
  request: FastifyRequest<MediaRoute>,
): AuthorizedMedia {
  const { storageId, '*': storagePath } = request.params;
  const store = localMedia.get(storageId);
  if (store === undefined) throw new AppError('not_found', 'There is no local media store at this address.');
  return { store, storagePath, ...store.authorize(method, storagePath, request.query) };
}

import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { Authentication } from '../../http/access-check.ts';
import type { LocalMediaStore } from '../local-media-store.ts';
import type { ObjectInfo, UploadOptions } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';

export interface MediaRoutesOptions {
  /** The stores that are served here, by the id of their storage backend. */
  readonly localMedia: ReadonlyMap<string, LocalMediaStore>;
  /** Puts the bytes of an upload into the store. @throws AppError `not_found` where its object is gone */
  readonly upload: (
    store: LocalMediaStore,
    storagePath: string,
    body: Readable,
    options: UploadOptions,
  ) => Promise<ObjectInfo>;
  /** Decides who may upload without a signature; left out, nobody may. */
  readonly plainUploads?: PlainUploads | undefined;
}

/** Uploads to the plain URLs of `plainPut`. */
export interface PlainUploads {
  /** Undefined: the principal is anybody. With it, the principal has the scope `write`. */
  readonly authentication: Authentication | undefined;
  /** Whether the principal may write the bytes of the object that is at this place. */
  readonly allows: (principal: Principal, storageId: string, storagePath: string) => Promise<boolean>;
}

export interface MediaRoute {
  Params: { storageId: string; '*': string };
  Querystring: Record<string, unknown>;
}

interface AuthorizedMedia {
  readonly store: LocalMediaStore;
  readonly storagePath: string;
  /** The content type that an upload was signed for. */
  readonly contentType: string | undefined;
}

/** Whether a URL has nothing of a signature. One that has something is signed, or refused. */
export const isPlain = ({ query }: FastifyRequest<MediaRoute>): boolean =>
  !('signature' in query || 'expires' in query);

/** The store and the path of a signed URL. Throws `not_found` for an unknown store and `invalid_signature`. */
export function authorizeMedia(
  localMedia: ReadonlyMap<string, LocalMediaStore>,
  method: 'GET' | 'PUT',
  request: FastifyRequest<MediaRoute>,
): AuthorizedMedia {
  const place = placeOf(localMedia, request);
  return { ...place, ...place.store.authorize(method, place.storagePath, request.query) };
}

/** The store and the path of an upload: by its signature, or where it has none by who makes it. */
export async function authorizeUpload(
  { localMedia, plainUploads }: MediaRoutesOptions,
  request: FastifyRequest<MediaRoute>,
): Promise<AuthorizedMedia> {
  if (plainUploads === undefined || !isPlain(request)) return authorizeMedia(localMedia, 'PUT', request);
  const place = placeOf(localMedia, request);
  if (await plainUploads.allows(request.auth, place.store.backend.id, place.storagePath)) {
    return { ...place, contentType: undefined };
  }
  throw new AppError('invalid_signature', 'This object is not yours to upload without a signature; use a signed URL.');
}

function placeOf(
  localMedia: ReadonlyMap<string, LocalMediaStore>,
  request: FastifyRequest<MediaRoute>,
): { store: LocalMediaStore; storagePath: string } {
  const { storageId, '*': storagePath } = request.params;
  const store = localMedia.get(storageId);
  if (store === undefined) throw new AppError('not_found', 'There is no local media store at this address.');
  return { store, storagePath };
}

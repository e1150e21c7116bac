// For its `hide` in route schemas.
import type {} from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessCheck } from '../../http/access-check.ts';
import { authorizeMedia, authorizeUpload, isPlain, type MediaRoute, type MediaRoutesOptions } from './media-request.ts';
import type { LocalMediaStore } from '../local-media-store.ts';
import type { ObjectInfo } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { CHECKSUM_HEADERS, checksumsIn, reprDigest } from '../checksums.ts';

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

/** How often an object may be replaced between looking at it and opening it. */
const OPEN_ATTEMPTS = 5;

/** GET and HEAD of an object: whole or one range, or 304 when the client's copy is current. */
async function readMedia(
  localMedia: ReadonlyMap<string, LocalMediaStore>,
  request: FastifyRequest<MediaRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { store, storagePath } = authorizeMedia(localMedia, 'GET', request);
  for (let attempt = 1; attempt <= OPEN_ATTEMPTS; attempt++) {
    const info = await store.head(storagePath);
    if (info === undefined) throw new AppError('not_found', 'There is no media object at this address (yet).');
    const tag = `"${info.etag}"`;
    const lastModified = info.lastModified.toUTCString();
    const { 'if-none-match': ifNoneMatch, 'if-range': ifRange, range: rangeHeader } = request.headers;
    if (ifNoneMatch !== undefined && matchesEntityTag(ifNoneMatch, tag)) {
      return describe(reply, info, request.query).code(304).send();
    }
    const range = allowsRange(asText(ifRange), tag, lastModified) ? parseByteRange(rangeHeader, info.size) : undefined;
    if (range === 'unsatisfiable') {
      void reply.header('content-range', `bytes */${info.size}`);
      throw new AppError('range_not_satisfiable', `The object has ${info.size} bytes; ask for a range within them.`);
    }
    const object = request.method === 'HEAD' ? undefined : await store.get(storagePath, range);
    if (object !== undefined && object.etag !== info.etag) {
      object.body.destroy();
      continue;
    }
    describe(reply, info, request.query)
      .header('content-type', info.contentType ?? 'application/octet-stream')
      .header('content-length', range === undefined ? info.size : range.end - range.start + 1);
    if (range !== undefined) {
      reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${info.size}`);
    }
    return reply.send(object?.body);
  }
  throw new AppError('media_store_unavailable', 'The object is being replaced all the time; try again later.');
}

function describe(reply: FastifyReply, info: ObjectInfo, query: Record<string, unknown>): FastifyReply {
  // The digest is of the whole object, also where a part is sent (RFC 9530, section 3).
  if (info.checksum !== undefined) void reply.header('repr-digest', reprDigest(info.checksum));
  const secondsLeft = Math.max(0, Number(query.expires) - Math.floor(Date.now() / 1000));
  return (
    reply
      .header('etag', `"${info.etag}"`)
      .header('last-modified', info.lastModified.toUTCString())
      .header('accept-ranges', 'bytes')
      .header('cache-control', `private, max-age=${secondsLeft}`)
      // An upload must not run as a page of this origin.
      .header('content-security-policy', 'sandbox')
  );
}

function asText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/**
 * PUT of an object: its bytes stream to the store, which shows it when all of them have arrived and have the checksums
 * that the request names (TAMS, ADR 0048).
 */
async function writeMedia(
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

/** A range within an object, both ends inclusive. */
interface SatisfiableRange {
  readonly start: number;
  readonly end: number;
}

const SINGLE_RANGE = /^bytes=(\d{0,16})-(\d{0,16})$/;

/**
 * Reads a Range header (RFC 9110, section 14) against an object of `size` bytes. Undefined means to send the whole
 * object: there is no header, or it is malformed, of another unit, or asks for several ranges, which a server may
 * ignore. `unsatisfiable` is for a well-formed range that has no byte of the object.
 */
function parseByteRange(header: string | undefined, size: number): SatisfiableRange | 'unsatisfiable' | undefined {
  const [, first, last] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) };
}

const ENTITY_TAG = /(?:W\/)?("[^"]*")/g;

/** Whether an If-None-Match header names the tag (RFC 9110, section 13.1.2: weak comparison). The tag is quoted. */
function matchesEntityTag(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  for (const [, candidate] of header.matchAll(ENTITY_TAG)) {
    if (candidate === tag) return true;
  }
  return false;
}

/** Whether an If-Range header allows a part: it has to be exactly the present tag, or the present date. */
function allowsRange(header: string | undefined, tag: string, lastModified: string): boolean {
  return header === undefined || header === tag || header === lastModified;
}

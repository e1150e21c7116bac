import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LocalMediaStore } from '../local-media-store.ts';
import type { ObjectInfo } from '../media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { reprDigest } from '../checksums.ts';
import { parseByteRange } from './byte-range.ts';
import { allowsRange, matchesEntityTag } from './entity-tag.ts';
import { authorizeMedia, type MediaRoute } from './media-request.ts';

/** How often an object may be replaced between looking at it and opening it. */
const OPEN_ATTEMPTS = 5;

/** GET and HEAD of an object: whole or one range, or 304 when the client's copy is current. */
export async function readMedia(
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

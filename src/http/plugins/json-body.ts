import { isUtf8 } from 'node:buffer';
import type { FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It may be larger than one document: a list of them, say. */
    body?: 'large';
  }
}

interface JsonBodyOptions {
  /** Limit for the body of an operation that takes one document. */
  documentMaxBytes: number;
}

type Parsed = (error: Error | null, body?: unknown) => void;

/**
 * JSON is the only type of body, in UTF-8 (RFC 8259, 8.1) and not compressed; a body without a type counts as JSON. One
 * that is empty counts as none, since browsers' clients send `content-type: application/json` with a DELETE that has no
 * body; operations that need a body refuse its absence.
 *
 * A property `__proto__` is one like any other: names of tags are free text. The parser defines it as the object's own,
 * and bodies are copied by spreading and `Object.fromEntries` alone, which define properties too.
 */
export const jsonBodyPlugin = fp<JsonBodyOptions>(
  (app, { documentMaxBytes }, done) => {
    app.addHook('onRoute', (route: RouteOptions) => {
      if (route.config?.body === 'large') return;
      route.bodyLimit ??= Math.min(documentMaxBytes, app.initialConfig.bodyLimit ?? documentMaxBytes);
    });

    const parse = app.getDefaultJsonParser('ignore', 'ignore');
    const read = (request: FastifyRequest, body: Buffer, next: Parsed): void => {
      const encoding = request.headers['content-encoding'];
      if (body.length === 0) next(null, undefined);
      else if (encoding !== undefined && encoding !== 'identity') next(compressed());
      // Decoding would put replacement characters where the bytes are none, and keep other texts than were meant.
      else if (!isUtf8(body)) next(new AppError('invalid_request', 'The body is not UTF-8', { field: 'body' }));
      else
        void parse(request, body.toString(), (error, value) =>
          next(error ?? (value === null ? isNull() : null), value),
        );
    };
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, read);
    // Without a type.
    app.addContentTypeParser('*', { parseAs: 'buffer' }, read);
    // With any other: nothing of it is read, or who sends slowly would be told late, and of something else.
    app.addContentTypeParser(/^[^/]/, ({ headers }, _payload, next) => {
      const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
      next(isEmpty ? null : notJson());
    });
    done();
  },
  { name: 'tams-json-body', fastify: '5.x' },
);

/** No operation takes it; later it could not be told from a body that is missing. */
const isNull = (): AppError => new AppError('invalid_request', 'body must not be null', { field: 'body' });

const notJson = (): AppError =>
  new AppError('unsupported_media_type', 'The body must be sent with content-type: application/json', {
    field: 'content-type',
  });

const compressed = (): AppError =>
  new AppError('unsupported_media_type', 'The body must be sent as it is, without content-encoding', {
    field: 'content-encoding',
  });

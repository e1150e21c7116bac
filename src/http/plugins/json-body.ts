import { isUtf8 } from 'node:buffer';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';

/**
 * JSON is the only type of body, in UTF-8 (RFC 8259, 8.1) and not compressed. One that is empty counts as none, since
 * browsers' clients send `content-type: application/json` with a DELETE that has no body; operations that need a body
 * refuse its absence. Objects with a `__proto__` of their own are refused by Fastify's parser.
 */
export const jsonBodyPlugin = fp(
  (app, _options, done) => {
    const parse = app.getDefaultJsonParser('error', 'error');
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, next) => {
      const encoding = request.headers['content-encoding'];
      if (body.length === 0) next(null, undefined);
      else if (encoding !== undefined && encoding !== 'identity') next(compressed());
      // Decoding would put replacement characters where the bytes are none, and keep other texts than were meant.
      else if (!isUtf8(body)) next(new AppError('invalid_request', 'The body is not UTF-8', { field: 'body' }));
      else void parse(request, body.toString(), next);
    });
    done();
  },
  { name: 'tams-json-body', fastify: '5.x' },
);

const compressed = (): AppError =>
  new AppError('unsupported_media_type', 'The body must be sent as it is, without content-encoding', {
    field: 'content-encoding',
  });

import fp from 'fastify-plugin';

/**
 * JSON is the only type of body. One that is empty counts as none, since browsers' clients send
 * `content-type: application/json` with a DELETE that has no body; operations that need a body refuse
 * its absence. Objects with a `__proto__` of their own are refused by Fastify's parser.
 */
export const jsonBodyPlugin = fp(
  (app, _options, done) => {
    const parse = app.getDefaultJsonParser('error', 'error');
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, next) => {
      if (body.length === 0) next(null, undefined);
      else void parse(request, body as string, next);
    });
    done();
  },
  { name: 'tams-json-body', fastify: '5.x' },
);

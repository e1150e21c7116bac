import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';

const ACCEPTABLE = /^[\w.:/+=@-]{1,128}$/;

/** Ids of requests: the caller's own where it is fit for a log, else a prefix of this process and a count. */
export function requestIdGenerator(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    if (typeof given === 'string' && ACCEPTABLE.test(given)) return given;
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

/** Headers of every answer: the id of its request, so that a client's report finds the line in the log; and `nosniff`. */
export const requestIdPlugin = fp(
  (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      reply.header('x-request-id', request.id);
      // An answer is what its content type says, whatever a browser makes of its bytes.
      reply.header('x-content-type-options', 'nosniff');
      next();
    });
    done();
  },
  { name: 'tams-request-id', fastify: '5.x' },
);

import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../shared/errors.ts';

/**
 * Refuses what a page of another origin may send without asking first: browsers let every page POST without a body, or
 * with a form or plain text, and add the password that they remember. The answer is kept from the page, but what it asked
 * for would be done. With `content-type: application/json` browsers ask, and CORS decides.
 */
export const crossSitePlugin = fp(
  (app, _options, done) => {
    app.addHook('onRequest', (request, _reply, next) => {
      if (request.method === 'POST' && isUnasked(request)) {
        next(
          new AppError(
            'cross_site_request',
            'A page of another origin has to POST with `content-type: application/json`, also without a body',
            { field: 'content-type' },
          ),
        );
        return;
      }
      next();
    });
    done();
  },
  { name: 'tams-cross-site', fastify: '5.x', dependencies: ['tams-request-guard'] },
);

function isUnasked({ headers }: FastifyRequest): boolean {
  const { origin, host, 'content-type': type } = headers;
  // Browsers send it with every POST, other clients do not.
  if (origin === undefined || headers['sec-fetch-site'] === 'same-origin') return false;
  // Older browsers, and those that reach the server without TLS, do not say what they know of the site.
  if (URL.parse(origin)?.host === host) return false;
  return type?.toLowerCase().startsWith('application/json') !== true;
}

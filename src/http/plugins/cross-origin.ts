import fp from 'fastify-plugin';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../shared/errors.ts';

interface CorsOptions {
  origins: CorsOrigins;
}

/** All, those of pages that this machine itself serves, or those of a list. */
export type CorsOrigins = '*' | 'loopback' | readonly string[];

/** As browsers write it: with an address in its shortest form. */
const LOOPBACK_ORIGIN = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;

/** Without these, a browser hides the headers from its scripts, which then stop at the first page. */
const EXPOSED = [
  'Link',
  'Location',
  'ETag',
  'Accept-Ranges',
  'Content-Range',
  'Repr-Digest',
  'X-Paging-Limit',
  'X-Paging-NextKey',
  'X-Paging-Timerange',
  'X-Paging-Count',
  'X-Paging-Reverse-Order',
  'X-Request-Id',
  'WWW-Authenticate',
  'Retry-After',
].join(', ');
const METHODS = 'GET, HEAD, PUT, POST, DELETE, OPTIONS';
const PREFLIGHT_MAX_AGE_S = '600';

/**
 * Cross-origin requests of browsers (Fetch, 3.2): from anywhere, from this machine, or from the configured origins. Not
 * `@fastify/cors`, which writes its headers, a tenth of the cost of reading a flow, into every answer: here only those
 * get them who say where they are from. Caches keep the two apart by `Vary`.
 */
export const corsPlugin = fp<CorsOptions>(
  (app, { origins }, done) => {
    const allows = originTest(origins);
    app.addHook('onRequest', ({ headers, method }, reply, next) => {
      const { origin } = headers;
      reply.header('vary', 'Origin');
      const isAllowed = origin !== undefined && allows(origin);
      if (isAllowed) {
        reply.header('access-control-allow-origin', origins === '*' ? '*' : origin);
        reply.header('access-control-expose-headers', EXPOSED);
      }
      if (method !== 'OPTIONS') {
        next();
        return;
      }
      // Here, since no credentials come with it: whatever checks them comes later.
      if (isAllowed) {
        const asked = headers['access-control-request-headers'];
        reply.header('vary', 'Origin, Access-Control-Request-Headers');
        reply.header('access-control-allow-methods', METHODS);
        if (asked !== undefined) reply.header('access-control-allow-headers', asked);
        reply.header('access-control-max-age', PREFLIGHT_MAX_AGE_S);
      }
      // Safari waits for a body that has no length.
      reply.code(204).header('content-length', '0').send();
    });
    // Hooks run for what has a route.
    app.options('*', { schema: { hide: true } }, (_request, reply) => reply.code(204).send());
    done();
  },
  { name: 'tams-cors', fastify: '5.x', dependencies: ['tams-request-id'] },
);

function originTest(origins: CorsOrigins): (origin: string) => boolean {
  if (origins === '*') return () => true;
  if (origins === 'loopback') return (origin) => LOOPBACK_ORIGIN.test(origin);
  const listed = new Set(origins);
  return (origin) => listed.has(origin);
}

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

import cors from '@fastify/cors';
import fp from 'fastify-plugin';

export interface CorsOptions {
  origins: '*' | readonly string[];
}

/** Without these, a browser hides the headers from its scripts, which then stop at the first page. */
const EXPOSED = [
  'Link',
  'Location',
  'ETag',
  'Accept-Ranges',
  'Content-Range',
  'X-Paging-Limit',
  'X-Paging-NextKey',
  'X-Paging-Timerange',
  'X-Paging-Count',
  'X-Paging-Reverse-Order',
  'X-Request-Id',
  'WWW-Authenticate',
  'Retry-After',
];

/** Cross-origin requests of browsers: from anywhere, or from the configured origins. */
export const corsPlugin = fp<CorsOptions>(
  async (app, { origins }) => {
    await app.register(cors, {
      origin: origins === '*' ? '*' : [...origins],
      methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'],
      exposedHeaders: EXPOSED,
      maxAge: 600,
      strictPreflight: false,
    });
  },
  { name: 'tams-cors', fastify: '5.x', dependencies: ['tams-request-id'] },
);

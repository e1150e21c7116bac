import cors from '@fastify/cors';
import fp from 'fastify-plugin';

export interface CorsOptions {
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
  'X-Paging-Limit',
  'X-Paging-NextKey',
  'X-Paging-Timerange',
  'X-Paging-Count',
  'X-Paging-Reverse-Order',
  'X-Request-Id',
  'WWW-Authenticate',
  'Retry-After',
];

/** Cross-origin requests of browsers: from anywhere, from this machine, or from the configured origins. */
export const corsPlugin = fp<CorsOptions>(
  async (app, { origins }) => {
    await app.register(cors, {
      origin: originOption(origins),
      methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'],
      exposedHeaders: EXPOSED,
      maxAge: 600,
      strictPreflight: false,
    });
  },
  { name: 'tams-cors', fastify: '5.x', dependencies: ['tams-request-id'] },
);

function originOption(origins: CorsOrigins): string | RegExp | string[] {
  if (origins === '*') return '*';
  return origins === 'loopback' ? LOOPBACK_ORIGIN : [...origins];
}

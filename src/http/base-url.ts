import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../shared/errors.ts';

/** Host names, addresses and ports. Anything else in a Host header would end up in URLs and JSON. */
const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-fA-F:.]+\](:\d{1,5})?$/;

/**
 * The absolute base of URLs that lead back to this server: the configured one, else the request's own
 * scheme and host (forwarded headers count where a proxy is trusted).
 */
export function baseUrlOf(
  publicUrl: string | undefined,
): (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string {
  if (publicUrl !== undefined) {
    const base = publicUrl.replace(/\/+$/, '');
    return () => base;
  }
  return ({ protocol, host }) => {
    if (!HOST.test(host)) {
      throw new AppError('invalid_request', 'The Host header must be a host name with an optional port', {
        field: 'host',
      });
    }
    return `${protocol}://${host}`;
  };
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/is;

/**
 * The target of a request as its path and query. Accepts the absolute form, which clients send to proxies: then its
 * host counts, not that of the header (RFC 9112, 3.2.2).
 */
export function originForm(request: IncomingMessage): string {
  const { url = '/' } = request;
  if (url.startsWith('/')) return url;
  const [, host, path] = ABSOLUTE.exec(url) ?? [];
  if (host === undefined || path === undefined) return url;
  request.headers.host = host;
  return path.startsWith('/') ? path : `/${path}`;
}

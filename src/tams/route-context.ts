import type { FastifyRequest } from 'fastify';
import type { Services } from './services.ts';
import type { Paging } from '../http/paging.ts';

/** A request, as far as it says who makes it. */
export type Asker = Pick<FastifyRequest, 'auth'>;

/** What every route is given. */
export interface RouteContext {
  /** Over what the request's principal may see and change. */
  readonly services: (request: Asker) => Services;
  readonly paging: Paging;
  /** The absolute URL that clients reach this server under; no slash at its end. */
  readonly baseUrl: (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;
  /** The most segments that one request may create. */
  readonly segmentsPerRequest: number;
}

import type { FastifyRequest } from 'fastify';
import type { Services } from '../services/services.ts';
import type { Paging } from './paging.ts';

/** What every route is given. */
export interface RouteContext {
  readonly services: Services;
  readonly paging: Paging;
  /** The absolute URL that clients reach this server under; no slash at its end. */
  readonly baseUrl: (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;
  /** The most segments that one request may create. */
  readonly segmentsPerRequest: number;
}

import type { FastifyRequest } from 'fastify';
import type { Services } from './services.ts';
import type { Paging } from '../http/paging.ts';

/** The part of a request that identifies its maker. */
export type Asker = Pick<FastifyRequest, 'auth'>;

/** Inputs to every route. */
export interface RouteContext {
  /** Services over the view of the request's principal. */
  readonly services: (request: Asker) => Services;
  readonly paging: Paging;
  /** The absolute URL that clients reach this server under; no slash at its end. */
  readonly baseUrl: (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;
  /** The most segments that one request may create. */
  readonly segmentsPerRequest: number;
}

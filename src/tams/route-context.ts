import type { FastifyRequest } from 'fastify';
import type { HttpContext } from '../http/app.ts';
import type { Services } from './services.ts';

/** The part of a request that identifies its maker. */
export type Asker = Pick<FastifyRequest, 'auth'>;

/** Inputs to every route. */
export interface RouteContext extends HttpContext {
  /** Services over the view of the request's principal. */
  readonly services: (request: Asker) => Services;
  /** The most segments that one request may create. */
  readonly segmentsPerRequest: number;
}

import type { FastifyRequest } from 'fastify';
import type { HttpContext } from '../http/app.ts';
import type { Services } from './services.ts';
import type { Surface } from './versions/surface.ts';

/** The part of a request that identifies its maker. */
export type Asker = Pick<FastifyRequest, 'auth'>;

/** Inputs to routes, whichever version of TAMS they speak. */
export interface TamsContext extends HttpContext {
  /** Services over the view of the request's principal. */
  readonly services: (request: Asker) => Services;
  /** The most segments that one request may create. */
  readonly segmentsPerRequest: number;
}

/** Inputs to the routes of TAMS. */
export interface RouteContext extends TamsContext {
  /** The version that they speak. */
  readonly surface: Surface;
  /** The absolute URL that they lie under; no slash at its end. */
  readonly apiUrl: HttpContext['baseUrl'];
}

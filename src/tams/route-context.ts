import type { HttpContext } from '../http/app.ts';
import type { Asker } from './access/by-classes.ts';
import type { Services } from './services.ts';
import type { Surface } from './versions/surface.ts';

export type { Asker };

/** Inputs to routes, whichever version of TAMS they speak. */
export interface TamsContext extends HttpContext {
  /** Services over the view that the request's principal has for it. */
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

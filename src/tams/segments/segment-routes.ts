import type { RouteContext } from '../route-context.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { segmentCreation } from './segment-creation-routes.ts';
import { segmentDeletion } from './segment-deletion-routes.ts';
import { segmentListing } from './segment-listing-routes.ts';

/** TAMS 7.0, `/flows/{flowId}/segments`. */
export function segmentRoutes(app: TamsApp, context: RouteContext): void {
  segmentListing(app, context);
  segmentCreation(app, context);
  segmentDeletion(app, context);
}

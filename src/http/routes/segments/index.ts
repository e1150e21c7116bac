import type { RouteContext } from '../../route-context.ts';
import type { TamsApp } from '../../tams-app.ts';
import { segmentCreation } from './segment-creation.ts';
import { segmentDeletion } from './segment-deletion.ts';
import { segmentListing } from './segment-listing.ts';

/** TAMS 7.0, `/flows/{flowId}/segments`. */
export function segmentRoutes(app: TamsApp, context: RouteContext): void {
  segmentListing(app, context);
  segmentCreation(app, context);
  segmentDeletion(app, context);
}

import type { TrashService } from './trash-service.ts';
import type { RouteContext } from '../../tams/route-context.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { trashListings } from './trash-listing-routes.ts';
import { trashPurge } from './trash-purge-routes.ts';
import { trashRestore } from './trash-restore-routes.ts';

/** Administrators see, restore and purge deleted content here. Beyond TAMS. */
export function trashRoutes(app: TamsApp, trash: TrashService, context: Pick<RouteContext, 'paging'>): void {
  trashListings(app, trash, context);
  trashRestore(app, trash);
  trashPurge(app, trash);
}

import type { TrashService } from '../../../services/trash/trash-service.ts';
import type { RouteContext } from '../../route-context.ts';
import type { TamsApp } from '../../tams-app.ts';
import { trashListings } from './trash-listings.ts';
import { trashPurge } from './trash-purge.ts';
import { trashRestore } from './trash-restore.ts';

/** What was deleted, for administrators: to see, restore and purge. None of it is a part of TAMS. */
export function trashRoutes(
  app: TamsApp,
  trash: TrashService,
  context: Pick<RouteContext, 'paging' | 'baseUrl'>,
): void {
  trashListings(app, trash, context);
  trashRestore(app, trash);
  trashPurge(app, trash);
}

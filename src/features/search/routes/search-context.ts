import type { SearchServices } from '../services/search-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';

/** What the routes of media search are given. */
export interface SearchContext extends Pick<RouteContext, 'paging' | 'baseUrl'> {
  /** Over what the request's principal may see and change. */
  readonly search: (request: Asker) => SearchServices;
}

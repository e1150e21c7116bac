import type { SearchServices } from '../services/search-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';

/** Inputs to the routes of media search. */
export interface SearchContext extends Pick<RouteContext, 'paging' | 'baseUrl'> {
  /** Services over the view of the request's principal. */
  readonly search: (request: Asker) => SearchServices;
}

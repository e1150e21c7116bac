import type { ExrServices } from '../services/exr-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';

export interface ExrContext extends Pick<RouteContext, 'paging'> {
  /** Services over the view of the request's principal. */
  readonly exr: (request: Asker) => ExrServices;
}

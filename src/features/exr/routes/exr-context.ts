import type { ExrServices } from '../services/exr-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';

export interface ExrContext extends Pick<RouteContext, 'paging'> {
  /** Over what the request's principal may see. */
  readonly exr: (request: Asker) => ExrServices;
}

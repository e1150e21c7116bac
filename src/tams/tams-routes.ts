import type { RouteContext, TamsContext } from './route-context.ts';
import { mountApi } from '../http/api-mount.ts';
import { ownRoutes, pathOf, surfaceOf, SURFACES } from './versions/surfaces.ts';
import type { TamsApp } from '../http/tams-app.ts';
import { deletionRequestRoutes } from './deletion/deletion-request-routes.ts';
import { allFlowRoutes } from './flows/flow-routes.ts';
import { objectRoutes } from './objects/object-routes.ts';
import { segmentRoutes } from './segments/segment-routes.ts';
import { rootRoutes, serviceInfoRoutes } from './service/service-routes.ts';
import { allSourceRoutes } from './sources/source-routes.ts';
import { storageRoutes } from './storage/storage-routes.ts';

/** Mounts every version of TAMS at its path, and one at the root. */
export async function mountVersions(app: TamsApp, context: TamsContext, atRoot: string): Promise<void> {
  const mounts = [
    { surface: surfaceOf(atRoot), path: '' },
    ...SURFACES.map((surface) => ({ surface, path: pathOf(surface) })),
  ];
  for (const { surface, path } of mounts) {
    const apiUrl: RouteContext['apiUrl'] = (request) => context.baseUrl(request) + path;
    const routes = (scope: TamsApp): void => {
      tamsRoutes(scope, { ...context, surface, apiUrl });
    };
    await mountApi(app, path, routes);
  }
}

/** The operations of one version of TAMS. */
function tamsRoutes(app: TamsApp, context: RouteContext): void {
  rootRoutes(app);
  serviceInfoRoutes(app, context);
  ownRoutes(app, context);
  allSourceRoutes(app, context);
  allFlowRoutes(app, context);
  segmentRoutes(app, context);
  storageRoutes(app, context);
  objectRoutes(app, context);
  deletionRequestRoutes(app, context);
}

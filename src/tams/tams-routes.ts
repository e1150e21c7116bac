import type { RouteContext } from './route-context.ts';
import type { TamsApp } from '../http/tams-app.ts';
import { deletionRequestRoutes } from './deletion/deletion-request-routes.ts';
import { allFlowRoutes } from './flows/flow-routes.ts';
import { objectRoutes } from './objects/object-routes.ts';
import { segmentRoutes } from './segments/segment-routes.ts';
import { rootRoutes, serviceInfoRoutes, storageBackendRoutes } from './service/service-routes.ts';
import { allSourceRoutes } from './sources/source-routes.ts';
import { storageRoutes } from './storage/storage-routes.ts';
import { webhookRoutes } from './webhooks/webhook-routes.ts';

/** The 74 operations of TAMS 7.0. */
export function tamsRoutes(app: TamsApp, context: RouteContext): void {
  rootRoutes(app);
  serviceInfoRoutes(app, context);
  storageBackendRoutes(app, context);
  webhookRoutes(app, context);
  allSourceRoutes(app, context);
  allFlowRoutes(app, context);
  segmentRoutes(app, context);
  storageRoutes(app, context);
  objectRoutes(app, context);
  deletionRequestRoutes(app, context);
}

import type { RouteContext } from '../route-context.ts';
import type { TamsApp } from '../tams-app.ts';
import { deletionRequestRoutes } from './deletion-requests/deletion-requests.ts';
import { allFlowRoutes } from './flows/index.ts';
import { objectRoutes } from './objects/objects.ts';
import { segmentRoutes } from './segments/index.ts';
import { rootRoutes } from './service/root.ts';
import { serviceInfoRoutes } from './service/service-info.ts';
import { storageBackendRoutes } from './service/storage-backends.ts';
import { allSourceRoutes } from './sources/index.ts';
import { storageRoutes } from './storage/storage.ts';
import { webhookRoutes } from './webhooks/webhooks.ts';

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

import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import type { RouteContext } from '../route-context.ts';
import { instanceRoutes } from '../objects/instance-routes.ts';
import { profileRoutes } from '../profiles/profile-routes.ts';
import { backendRoutes, plainBackendRoutes } from '../service/service-routes.ts';
import { surface70 } from './7.0/surface.ts';
import { webhookRoutes as webhookRoutes70 } from './7.0/webhook-routes.ts';
import { profiles } from './8.2/profiles.ts';
import { surface82 } from './8.2/surface.ts';
import { webhookRoutes as webhookRoutes82 } from './8.2/webhook-routes.ts';
import type { EventForm } from '../webhooks/delivery/event-body.ts';
import type { Surface } from './surface.ts';
import { OF_NEWEST } from './translate.ts';

/** The versions that this server speaks, the oldest first. Each is at its path, and one is at the root too. */
export const SURFACES: readonly Surface[] = [surface70, surface82];

/** Clients that know no versions in paths were written for it. */
export const DEFAULT_VERSION = surface70.version;

export const VERSIONS = SURFACES.map(({ version }) => version);

/** A version that `VERSIONS` has. */
export const surfaceOf = (version: string): Surface => SURFACES.find((each) => each.version === version) ?? surface70;

/** How events show what they tell of, to webhooks that were registered with this version; undefined: with the oldest. */
export function eventFormOf(version: string | undefined): EventForm {
  const { flows, sources, segments } = surfaceOf(version ?? DEFAULT_VERSION);
  return {
    flow: flows.show,
    source: sources.show,
    segmentDetails: (objectTimerange) => segments.details({ include_object_timerange: objectTimerange }),
  };
}

/** Operations that one version alone has, or has in a form of its own. */
export function ownRoutes(app: TamsApp, context: RouteContext): void {
  OWN_ROUTES.get(context.surface)?.(app, context);
}

const OWN_ROUTES: ReadonlyMap<Surface, (app: TamsApp, context: RouteContext) => void> = new Map([
  [
    surface70,
    (app, context) => {
      webhookRoutes70(app, context);
      plainBackendRoutes(app, context);
      ofNewer(app, ['POST', 'DELETE'], '/objects/:objectId/instances');
    },
  ],
  [
    surface82,
    (app, context) => {
      webhookRoutes82(app, context);
      backendRoutes(app, context);
      profileRoutes(app, context, profiles);
      instanceRoutes(app, context);
    },
  ],
]);

/** Says where operations are that this version does not have, below a path that it has. */
function ofNewer(app: TamsApp, method: ('POST' | 'DELETE')[], url: string): void {
  app.route({
    method,
    url,
    schema: { hide: true },
    config: { access: 'read' },
    handler: (request) => {
      const path = request.url.split('?', 1)[0]?.replace(/^\/v[^/]+/, '') ?? '';
      throw new AppError('not_found', `There is nothing at this path; it is ${OF_NEWEST}${path}`);
    },
  });
}

/** The path that a version is mounted at (TAMS, `servers` of the definition). */
export const pathOf = ({ version }: Surface): string => `/v${version}`;

import Type from 'typebox';
import type { Asker, RouteContext } from '../route-context.ts';
import { sourceParams, sourceTagParams } from '../parameters.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { propertyRoutes } from '../documents/property-routes.ts';
import { tagRoutes } from '../documents/tag-routes.ts';
import { sourceListing } from './source-listing-routes.ts';
import { sourceRoutes } from './source-routes.ts';

/** TAMS 7.0, `/sources` and all below it. */
export function allSourceRoutes(app: TamsApp, context: RouteContext): void {
  sourceListing(app, context);
  sourceRoutes(app, context);
  const owner = {
    noun: 'source',
    tag: 'Sources',
    path: '/sources',
    idParam: 'sourceId',
    params: sourceParams,
    serviceOf: (request: Asker) => context.services(request).sources,
  } as const;
  tagRoutes(app, { ...owner, tagParams: sourceTagParams, writeResponses: {} });
  for (const property of ['description', 'label'] as const) {
    propertyRoutes(app, owner, {
      property,
      title: property,
      schema: Type.String(),
      isDeletable: true,
      writeResponses: {},
    });
  }
}

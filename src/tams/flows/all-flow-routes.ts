import Type from 'typebox';
import type { Asker, RouteContext } from '../route-context.ts';
import { FlowCollection } from './collection-schemas.ts';
import { Integer } from '../../http/schemas/common.ts';
import { flowParams, flowTagParams } from '../parameters.ts';
import { readOnly } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { propertyRoutes } from '../documents/property-routes.ts';
import { tagRoutes } from '../documents/tag-routes.ts';
import { flowListing } from './flow-listing-routes.ts';
import { flowRoutes } from './flow-routes.ts';

/** TAMS 7.0, `/flows` without segments and storage, which have folders of their own. */
export function allFlowRoutes(app: TamsApp, context: RouteContext): void {
  flowListing(app, context);
  flowRoutes(app, context);
  const owner = {
    noun: 'flow',
    tag: 'Flows',
    path: '/flows',
    idParam: 'flowId',
    params: flowParams,
    serviceOf: (request: Asker) => context.services(request).flows,
  } as const;
  const writable = { isDeletable: true, writeResponses: { 403: readOnly } };

  tagRoutes(app, { ...owner, tagParams: flowTagParams, writeResponses: { 403: readOnly } });
  propertyRoutes(app, owner, { property: 'description', title: 'description', schema: Type.String(), ...writable });
  propertyRoutes(app, owner, { property: 'label', title: 'label', schema: Type.String(), ...writable });
  propertyRoutes(app, owner, {
    property: 'read_only',
    title: 'read-only mark',
    schema: Type.Boolean(),
    isDeletable: false,
    writeResponses: {},
  });
  propertyRoutes(app, owner, {
    property: 'flow_collection',
    title: 'collection',
    schema: FlowCollection,
    ...writable,
  });
  propertyRoutes(app, owner, {
    property: 'max_bit_rate',
    title: 'maximum bit rate',
    schema: Integer({ minimum: 0 }),
    ...writable,
  });
  propertyRoutes(app, owner, {
    property: 'avg_bit_rate',
    title: 'average bit rate',
    schema: Integer({ minimum: 0 }),
    ...writable,
  });
}

import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { Integer } from '../../http/schemas/common.ts';
import { badBody, badQuery, json, noBody, notFound, readOnly } from '../../http/schemas/responses.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import type { PageRequest } from '../../shared/paging.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { deletionAccepted, sendDeletion } from '../deletion/deletion-request-routes.ts';
import { propertyRoutes } from '../documents/property-routes.ts';
import { readTagFilter } from '../documents/tag-filter.ts';
import { tagRoutes } from '../documents/tag-routes.ts';
import { checkPathId, flowParams, flowQuery, flowTagParams, readIds } from '../parameters.ts';
import type { Asker, RouteContext } from '../route-context.ts';
import { readTimerange } from '../timerange-query.ts';
import type { Flow, FlowCollectionItem } from './flow.ts';

/** TAMS, `/flows` without segments and storage, which have folders of their own. */
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

  const { tags, flows } = context.surface;
  tagRoutes(app, { ...owner, tags, tagParams: flowTagParams, writeResponses: { 403: readOnly } });
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
    schema: flows.collection,
    validate: flows.validateCollection,
    show: (items) => flows.showCollection(items as FlowCollectionItem[]),
    read: (items) => flows.readCollection(items),
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
    change: { leavesProfile: flows.leavesProfile },
    ...writable,
  });
}

/** TAMS, `GET /flows`. */
function flowListing(app: TamsApp, { services, paging, surface: { flows, tags, listings } }: RouteContext): void {
  readOperation(app, {
    url: '/flows',
    name: 'flows',
    tag: 'Flows',
    summary: 'List flows',
    description:
      'In the order of their creation, unless another is asked for. All filters that are given have to hold.',
    schema: { querystring: flows.listQuery },
    responses: { 200: json('The flows.', Type.Array(flows.shown), listings.headers), 400: badQuery },
    handler: (request, reply) => {
      const { query } = request;
      const asked = listings.orderOf(query);
      const order = asked && {
        by: asked.by === 'metadata_updated' ? ('updated' as const) : asked.by,
        reverse: asked.reverse,
      };
      const filter = {
        order,
        collectedByIds: readIds(query.collected_by_ids),
        sourceId: query.source_id,
        timerange: readTimerange(query.timerange, TimeRange.EVERYTHING),
        format: query.format,
        codec: query.codec,
        label: query.label,
        profileId: query.profile_id,
        status: query.status,
        initSegments: query.init_segments,
        frameWidth: query.frame_width,
        frameHeight: query.frame_height,
        tags: readTagFilter(query, tags.match),
      };
      const list = (page: PageRequest) => services(request).flows.list(filter, page);
      return paging.send(request, reply, list, { text: flows.show, reverse: order?.reverse });
    },
  });
}

/** TAMS, `/flows/{flowId}`. */
function flowRoutes(app: TamsApp, { services, apiUrl, surface: { flows } }: RouteContext): void {
  readOperation(app, {
    url: '/flows/:flowId',
    name: 'flows-flowId',
    tag: 'Flows',
    summary: 'Get a flow',
    description:
      'With `include_timerange`, also the range from its first segment to its last, within `timerange` where that ' +
      'is given.',
    schema: { params: flowParams, querystring: flowQuery },
    responses: { 200: json('The flow.', flows.shown), 400: badQuery, 404: notFound },
    handler: (request, reply) => {
      const { flowId: id } = request.params;
      const { timerange: asked, include_timerange: isWithTimerange } = request.query;
      const timerange = readTimerange(asked, TimeRange.EVERYTHING) ?? TimeRange.EVERYTHING;
      const service = services(request).flows;
      if (request.method === 'HEAD') return service.exists(id).then(() => sendHead(reply));
      if (isWithTimerange === true) {
        return service.get(id, timerange).then((text) => sendJson(reply, flows.show(text)));
      }
      const text = service.shown(id, flows.show);
      // A kept flow makes no promise: that would cost as much as finding it.
      if (typeof text !== 'string') return text.then((shown) => sendJson(reply, shown));
      sendJson(reply, text);
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/flows/:flowId',
    name: 'flows-flowId',
    tag: 'Flows',
    summary: 'Create or replace a flow',
    description:
      'A property that is left out is removed. The first flow of a source creates the source. The id in the body has ' +
      'to be that of the path.',
    schema: { params: flowParams, body: flows.input },
    validateBody: flows.validate,
    responses: {
      201: json('Created.', flows.shown),
      204: noBody('Replaced.'),
      400: badBody,
      403: readOnly,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { flowId: id } = request.params;
      const { body } = request;
      checkPathId(body, id);
      const read = (present: Flow | undefined) => flows.read(body, present);
      const { created, flow } = await services(request).flows.put(id, read, request.principal);
      return created ? sendJson(reply.code(201), flows.show(flow)) : reply.code(204).send();
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/flows/:flowId',
    name: 'flows-flowId',
    tag: 'Flows',
    summary: 'Delete a flow with its segments',
    description:
      'The last flow of a source takes the source along. Where there are many segments, the answer is 202 with a ' +
      'deletion request, and the deletion goes on. Media that nothing uses any more are reclaimed later.',
    schema: { params: flowParams },
    responses: { 202: deletionAccepted, 204: noBody('Deleted.'), 403: readOnly, 404: notFound },
    handler: async (request, reply) => {
      const { flowId: id } = request.params;
      const deletion = await services(request).flows.delete(id, request.principal);
      return sendDeletion(reply, deletion, () => apiUrl(request));
    },
  });
}

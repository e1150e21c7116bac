import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { badBody, badQuery, json, noBody } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import type { RouteContext } from '../route-context.ts';
import { readTagFilter } from '../documents/tag-filter.ts';
import { cellsOf, type Page, type PageRequest } from '../../shared/paging.ts';
import { storageBackendListQuery } from '../parameters.ts';
import { ServiceUpdateSchema, storageBackendSchema } from './service-schemas.ts';
import type { StorageBackend } from '../../media/storage-backend.ts';
import { hasTags, type TagFilter } from '../documents/tags.ts';

const PATHS = JSON.stringify(['service', 'flows', 'sources', 'flow-delete-requests']);

/** TAMS 7.0, `/`. */
export function rootRoutes(app: TamsApp): void {
  readOperation(app, {
    url: '/',
    name: 'root',
    tag: 'Service',
    summary: 'List the paths of this API',
    description: 'The first parts of the paths that TAMS defines.',
    schema: {},
    responses: { 200: json('The first parts of the paths.', Type.Array(Type.String())) },
    handler: (_request, reply) => sendJson(reply, PATHS),
  });
}

/** TAMS 7.0, `/service`. */
export function serviceInfoRoutes(app: TamsApp, { services, surface }: RouteContext): void {
  readOperation(app, {
    url: '/service',
    name: 'service',
    tag: 'Service',
    summary: 'Get the service',
    description: 'Its name, the version of TAMS that it speaks, and how it tells of events.',
    schema: {},
    responses: { 200: json('The service.', surface.service.schema) },
    handler: async (request, reply) => {
      const service = await services(request).serviceInfo.get();
      return sendJson(reply, JSON.stringify({ ...surface.service.show(service), api_version: surface.version }));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/service',
    name: 'service',
    tag: 'Service',
    summary: 'Change the name and the description of the service',
    description: 'Properties that are left out stay.',
    access: 'admin',
    schema: { body: ServiceUpdateSchema },
    responses: { 200: noBody('Changed.'), 400: badBody },
    handler: async (request, reply) => {
      await services(request).serviceInfo.update(request.body);
      return reply.code(200).send();
    },
  });
}

const BACKENDS = {
  url: '/service/storage-backends',
  name: 'storage-backends',
  tag: 'Service',
  summary: 'List the storage backends',
} as const;

/** `/service/storage-backends` of a version in which backends have neither tags nor pages: all, as they are configured. */
export function plainBackendRoutes(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    ...BACKENDS,
    description: 'The stores that media objects can lie in. Allocations name one by its id.',
    schema: {},
    responses: { 200: json('The backends.', Type.Array(storageBackendSchema({}))) },
    handler: (request, reply) => {
      const backends = services(request).serviceInfo.storageBackends();
      return sendJson(reply, JSON.stringify(backends.map((backend) => ({ ...backend, tags: undefined }))));
    },
  });
}

/** `/service/storage-backends` with tags, filters by them, an order and pages. */
export function backendRoutes(app: TamsApp, { services, paging, surface: { tags, listings } }: RouteContext): void {
  const shown = storageBackendSchema({ tags: Type.Optional(tags.all) });
  readOperation(app, {
    ...BACKENDS,
    description:
      'The stores that media objects can lie in, by their labels; those without one come last. Allocations name one by its id.',
    schema: { querystring: storageBackendListQuery },
    responses: { 200: json('The backends.', Type.Array(shown), listings.headers), 400: badQuery },
    handler: (request, reply) => {
      const { reverse_order: reverse = false } = request.query;
      const filter = { tags: readTagFilter(request.query, tags.match), reverse };
      const backends = services(request).serviceInfo.storageBackends();
      const list = (page: PageRequest) => Promise.resolve(pageOfBackends(backends, filter, page));
      return paging.send(request, reply, list, { byDefault: 'most', reverse });
    },
  });
}

/** The position of a backend: those with a label, by their labels, and then the others by their ids. */
type Place = readonly [group: string, text: string, id: string];

const placeOf = ({ id, label }: StorageBackend): Place => (label === undefined ? ['1', '', id] : ['0', label, id]);

/** Compares by code point, as the labels of flows are sorted. */
function compare(a: Place, b: Place): number {
  for (const [index, text] of a.entries()) {
    const order = Buffer.compare(Buffer.from(text), Buffer.from(b[index] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}

/** A page of the backends with these tags, in the order of their labels or the reverse (TAMS 8.2, `GET /service/storage-backends`). */
function pageOfBackends(
  backends: readonly StorageBackend[],
  { tags, reverse }: { readonly tags: TagFilter; readonly reverse: boolean },
  { limit, after }: PageRequest,
): Page<StorageBackend> {
  const last = after && cellsOf(after, ['string', 'string', 'string']);
  const sign = reverse ? -1 : 1;
  const rest = backends
    .filter((backend) => hasTags(backend.tags, tags))
    .filter((backend) => last === undefined || sign * compare(placeOf(backend), last) > 0)
    .sort((a, b) => sign * compare(placeOf(a), placeOf(b)));
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  return rest.length > limit && end !== undefined ? { items, next: placeOf(end) } : { items };
}

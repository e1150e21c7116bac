import Type from 'typebox';
import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { json } from '../../http/schemas/responses.ts';
import { StorageBackendSchema } from './storage-backend-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS 7.0, `/service/storage-backends`. */
export function storageBackendRoutes(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    url: '/service/storage-backends',
    name: 'storage-backends',
    tag: 'Service',
    summary: 'List the storage backends',
    description: 'The stores that media objects can lie in. Allocations name one by its id.',
    schema: {},
    responses: { 200: json('The backends.', Type.Array(StorageBackendSchema)) },
    handler: (request, reply) => sendJson(reply, JSON.stringify(services(request).serviceInfo.storageBackends())),
  });
}

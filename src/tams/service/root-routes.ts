import Type from 'typebox';
import { readOperation } from '../../http/operation.ts';
import { json } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

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

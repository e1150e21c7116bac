import { readOperation } from '../../http/operation.ts';
import type { RouteContext } from '../route-context.ts';
import { sourceParams } from '../parameters.ts';
import { json, notFound } from '../../http/schemas/responses.ts';
import { SourceSchema } from './source-schemas.ts';
import { sendHead, sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

/** TAMS 7.0, `GET /sources/{sourceId}`. */
export function sourceRoutes(app: TamsApp, { services }: RouteContext): void {
  readOperation(app, {
    url: '/sources/:sourceId',
    name: 'sources-sourceId',
    tag: 'Sources',
    summary: 'Get a source',
    description: 'A source is there while a flow names it: flows create and delete their sources.',
    schema: { params: sourceParams },
    responses: { 200: json('The source.', SourceSchema), 404: notFound },
    handler: async (request, reply) => {
      const { sourceId: id } = request.params;
      if (request.method === 'HEAD') {
        await services(request).sources.exists(id);
        return sendHead(reply);
      }
      return sendJson(reply, await services(request).sources.get(id));
    },
  });
}

import { operation, readOperation } from '../../../http/operation.ts';
import { json } from '../../../http/schemas/responses.ts';
import { QueueSchema } from '../schemas/search-assets.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { SearchContext } from './search-context.ts';

const shared = { tag: 'MediaSearch', access: 'admin', schema: {} } as const;
const responses = { 200: json('The queue.', QueueSchema) };

/** `/search/queue`: the jobs that make media searchable. Changes of it affect all servers. */
export function searchQueue(app: TamsApp, { search }: SearchContext): void {
  readOperation(app, {
    ...shared,
    url: '/search/queue',
    name: 'search-queue',
    summary: 'Count the jobs',
    description: 'Counts by state, and whether the queue is paused.',
    responses,
    handler: async (request, reply) => sendRead(request, reply, await search(request).queue.state()),
  });

  operation(app, {
    ...shared,
    method: 'POST',
    url: '/search/queue/pause',
    name: 'search-queue-pause',
    summary: 'Pause the queue',
    description: 'Jobs that run already are finished.',
    responses,
    handler: async (request, reply) => sendJson(reply, JSON.stringify(await search(request).queue.pause())),
  });

  operation(app, {
    ...shared,
    method: 'POST',
    url: '/search/queue/resume',
    name: 'search-queue-resume',
    summary: 'Resume the queue',
    description: 'Jobs are taken again.',
    responses,
    handler: async (request, reply) => sendJson(reply, JSON.stringify(await search(request).queue.resume())),
  });
}

import { Type } from '../../../shared/type-builder.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { pagingQuery } from '../../../tams/parameters.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../../http/schemas/responses.ts';
import {
  assetParams,
  AssetSchema,
  deadLetterParams,
  DeadLetterSchema,
  JobSchema,
  QueueSchema,
} from '../schemas/search-assets.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { assetJson, deadLetterJson, jobJson, type SearchContext } from './search-context.ts';

const SHARED = { tag: 'MediaSearch', access: 'admin' } as const;

/** Failures, for administrators: assets in quarantine, and jobs that were given up. */
export function searchTriage(app: TamsApp, { search, paging }: SearchContext): void {
  readOperation(app, {
    ...SHARED,
    url: '/search/quarantine',
    name: 'search-quarantine',
    summary: 'List assets that could not be indexed',
    description: 'They are left alone until somebody decides.',
    schema: { querystring: pagingQuery },
    responses: { 200: json('The assets.', Type.Array(AssetSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) =>
      paging.send(request, reply, (page) => search(request).triage.quarantined(page), { show: assetJson }),
  });

  operation(app, {
    ...SHARED,
    method: 'POST',
    url: '/search/quarantine/:assetId/retry',
    name: 'search-quarantine-assetId-retry',
    summary: 'Index an asset again',
    description: 'Its jobs that were given up are done again.',
    schema: { params: assetParams },
    responses: { 200: json('The asset.', AssetSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const asset = await search(request).triage.retry(request.params.assetId);
      return sendJson(reply, JSON.stringify(assetJson(asset)));
    },
  });

  operation(app, {
    ...SHARED,
    method: 'POST',
    url: '/search/quarantine/:assetId/skip',
    name: 'search-quarantine-assetId-skip',
    summary: 'Leave an asset without a transcript',
    description: 'It leaves the list, and is not tried again until its object changes.',
    schema: { params: assetParams },
    responses: { 200: json('The asset.', AssetSchema), 404: notFound },
    handler: async (request, reply) => {
      const asset = await search(request).triage.skip(request.params.assetId);
      return sendJson(reply, JSON.stringify(assetJson(asset)));
    },
  });

  readOperation(app, {
    ...SHARED,
    url: '/search/dead-letters',
    name: 'search-dead-letters',
    summary: 'List jobs that were given up',
    description: 'The newest first.',
    schema: { querystring: pagingQuery },
    responses: { 200: json('The dead letters.', Type.Array(DeadLetterSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) =>
      paging.send(request, reply, (page) => search(request).queue.deadLetters(page), { show: deadLetterJson }),
  });

  operation(app, {
    ...SHARED,
    method: 'POST',
    url: '/search/dead-letters/:deadLetterId/requeue',
    name: 'search-dead-letters-deadLetterId-requeue',
    summary: 'Repeat a job',
    description: 'The dead letter goes; the job starts with all of its attempts.',
    schema: { params: deadLetterParams },
    responses: { 200: json('The job.', JobSchema), 404: notFound },
    handler: async (request, reply) => {
      const job = await search(request).queue.requeue(request.params.deadLetterId);
      return sendJson(reply, JSON.stringify(jobJson(job)));
    },
  });

  operation(app, {
    ...SHARED,
    method: 'DELETE',
    url: '/search/dead-letters/:deadLetterId',
    name: 'search-dead-letters-deadLetterId',
    summary: 'Remove a dead letter',
    description: 'The job stays undone.',
    schema: { params: deadLetterParams },
    responses: { 204: noBody('Removed.'), 404: notFound },
    handler: async (request, reply) => {
      await search(request).queue.removeDeadLetter(request.params.deadLetterId);
      return reply.code(204).send();
    },
  });
}

const QUEUE = { tag: 'MediaSearch', access: 'admin', schema: {} } as const;
const queueResponses = { 200: json('The queue.', QueueSchema) };

/** `/search/queue`: the jobs that make media searchable. Changes of it affect all servers. */
export function searchQueue(app: TamsApp, { search }: SearchContext): void {
  readOperation(app, {
    ...QUEUE,
    url: '/search/queue',
    name: 'search-queue',
    summary: 'Count the jobs',
    description: 'Counts by state, and whether the queue is paused.',
    responses: queueResponses,
    handler: async (request, reply) => sendRead(request, reply, await search(request).queue.state()),
  });

  operation(app, {
    ...QUEUE,
    method: 'POST',
    url: '/search/queue/pause',
    name: 'search-queue-pause',
    summary: 'Pause the queue',
    description: 'Jobs that run already are finished.',
    responses: queueResponses,
    handler: async (request, reply) => sendJson(reply, JSON.stringify(await search(request).queue.pause())),
  });

  operation(app, {
    ...QUEUE,
    method: 'POST',
    url: '/search/queue/resume',
    name: 'search-queue-resume',
    summary: 'Resume the queue',
    description: 'Jobs are taken again.',
    responses: queueResponses,
    handler: async (request, reply) => sendJson(reply, JSON.stringify(await search(request).queue.resume())),
  });
}

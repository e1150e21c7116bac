import { Type } from '../../../shared/type-builder.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { pagingQuery } from '../../../tams/parameters.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../../http/schemas/responses.ts';
import { assetParams, AssetSchema, deadLetterParams, DeadLetterSchema, JobSchema } from '../schemas/search-assets.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { SearchContext } from './search-context.ts';
import { assetJson, deadLetterJson, jobJson } from './search-json.ts';

const shared = { tag: 'MediaSearch', access: 'admin' } as const;

/** Failures, for administrators: assets in quarantine, and jobs that were given up. */
export function searchTriage(app: TamsApp, { search, paging }: SearchContext): void {
  readOperation(app, {
    ...shared,
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
    ...shared,
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
    ...shared,
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
    ...shared,
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
    ...shared,
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
    ...shared,
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

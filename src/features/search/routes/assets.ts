import { Type } from '../../../shared/type-builder.ts';
import type { Static } from 'typebox';
import type { LinkInput } from '../services/asset-service.ts';
import { AppError } from '../../../shared/errors.ts';
import { parseTimestamp } from '../../../shared/time/timestamp.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { badBody, badQuery, json, noBody, notFound, pagingHeaders } from '../../../http/schemas/responses.ts';
import {
  AssetInputSchema,
  AssetLinkInput,
  assetListQuery,
  assetParams,
  AssetSchema,
} from '../schemas/search-assets.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { assetJson, type SearchContext } from './search-context.ts';

const tag = 'MediaSearch';

/** `/search/assets`: objects with searchable speech. */
export function searchAssets(app: TamsApp, { search, paging }: SearchContext): void {
  readOperation(app, {
    url: '/search/assets',
    name: 'search-assets',
    tag,
    summary: 'List assets',
    description: 'In order of creation, without removed ones.',
    schema: { querystring: assetListQuery },
    responses: { 200: json('The assets.', Type.Array(AssetSchema), pagingHeaders), 400: badQuery },
    handler: (request, reply) => {
      const { bucket, key_prefix: keyPrefix, status, ...query } = request.query;
      const { triage_state: triageState, flow_id: flowId, source_id: sourceId } = query;
      const filter = { bucket, keyPrefix, status, triageState, flowId, sourceId };
      return paging.send(request, reply, (page) => search(request).assets.list(filter, page), { show: assetJson });
    },
  });

  operation(app, {
    method: 'POST',
    url: '/search/assets',
    name: 'search-assets',
    tag,
    summary: 'Create or update an asset',
    description:
      'An asset is known by its bucket and key: the same again updates what is given, and leaves the rest as it is. ' +
      'One that was removed is back, and found again once a version of it is published.',
    schema: { body: AssetInputSchema },
    responses: { 200: json('The asset as it is now.', AssetSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { bucket, key, etag, size_bytes: size, content_type: contentType, codec, link, ...more } = request.body;
      const asset = await search(request).assets.upsert({
        bucket,
        key,
        etag,
        contentType,
        codec,
        sizeBytes: size === undefined ? undefined : BigInt(size),
        durationNs: more.duration_ms === undefined ? undefined : BigInt(Math.round(more.duration_ms * 1e3)) * 1_000n,
        link: link && readLink(link, 'body/link/offset'),
      });
      return sendJson(reply, JSON.stringify(assetJson(asset)));
    },
  });

  readOperation(app, {
    url: '/search/assets/:assetId',
    name: 'search-assets-assetId',
    tag,
    summary: 'Get an asset',
    description: 'With its link to a flow, its status, and what went wrong with it.',
    schema: { params: assetParams },
    responses: { 200: json('The asset.', AssetSchema), 404: notFound },
    handler: async (request, reply) => {
      return sendRead(request, reply, assetJson(await search(request).assets.get(request.params.assetId)));
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/search/assets/:assetId',
    name: 'search-assets-assetId',
    tag,
    summary: 'Remove an asset',
    description: 'From now on nothing of it is found. The object itself, and what TAMS knows of it, stay.',
    schema: { params: assetParams },
    responses: { 204: noBody('Removed.'), 404: notFound },
    handler: async (request, reply) => {
      await search(request).assets.remove(request.params.assetId);
      return reply.code(204).send();
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/search/assets/:assetId/link',
    name: 'search-assets-assetId-link',
    tag,
    summary: 'Say where on a flow an asset lies',
    description: '`offset` is where the time 0 of the medium lies on the timeline of the flow.',
    schema: { params: assetParams, body: AssetLinkInput },
    responses: { 200: json('The asset as it is now.', AssetSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const link = readLink(request.body, 'body/offset');
      const asset = await search(request).assets.setLink(request.params.assetId, link);
      return sendJson(reply, JSON.stringify(assetJson(asset)));
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/search/assets/:assetId/link',
    name: 'search-assets-assetId-link',
    tag,
    summary: 'Take an asset off its flow',
    description: 'Searches still find it, without a flow.',
    schema: { params: assetParams },
    responses: { 204: noBody('It is on no flow.'), 404: notFound },
    handler: async (request, reply) => {
      await search(request).assets.setLink(request.params.assetId, null);
      return reply.code(204).send();
    },
  });
}

/** @throws AppError invalid_timerange that names the offset, for one that no timeline reaches */
function readLink({ flow_id: flowId, offset = '0:0' }: Static<typeof AssetLinkInput>, field: string): LinkInput {
  try {
    return { flowId, offsetNs: parseTimestamp(offset) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${field}: ${error.message}`, { field, cause: error });
  }
}

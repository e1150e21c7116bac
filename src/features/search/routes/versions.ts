import { Type } from '../../../shared/type-builder.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { pagingQuery } from '../../../tams/parameters.ts';
import {
  badBody,
  badQuery,
  json,
  notFound,
  pagingHeaders,
  transcriptConflict,
} from '../../../http/schemas/responses.ts';
import {
  assetParams,
  AssetSchema,
  EmbeddingsInputSchema,
  VersionInputSchema,
  versionParams,
  VersionSchema,
  WrittenSchema,
} from '../schemas/search-assets.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { assetJson, type SearchContext, versionJson } from './search-context.ts';

const tag = 'MediaSearch';

/** `/search/versions`: versions of assets, one of which is published at a time. */
export function searchVersions(app: TamsApp, { search, paging }: SearchContext): void {
  readOperation(app, {
    url: '/search/assets/:assetId/versions',
    name: 'search-assets-assetId-versions',
    tag,
    summary: 'List the versions of an asset',
    description: 'In order of creation; replaced versions are deleted after a while.',
    schema: { params: assetParams, querystring: pagingQuery },
    responses: {
      200: json('The versions.', Type.Array(VersionSchema), pagingHeaders),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => {
      const { assetId } = request.params;
      return paging.send(request, reply, (page) => search(request).versions.list(assetId, page), { show: versionJson });
    },
  });

  operation(app, {
    method: 'POST',
    url: '/search/assets/:assetId/versions',
    name: 'search-assets-assetId-versions',
    tag,
    summary: 'Begin a version of an asset',
    description:
      'Its id comes from the asset and the etag: the same again is the version that is there. Then put its transcript, ' +
      'and vectors if you have your own, and publish it. `PUT /search/assets/{assetId}/transcript` does all of it.',
    schema: { params: assetParams, body: VersionInputSchema },
    responses: { 200: json('The version.', VersionSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { etag, size_bytes: size, language } = request.body;
      const { assetId } = request.params;
      const sizeBytes = size === undefined ? undefined : BigInt(size);
      const version = await search(request).versions.create({ assetId, etag, sizeBytes, language });
      return sendJson(reply, JSON.stringify(versionJson(version)));
    },
  });

  readOperation(app, {
    url: '/search/versions/:versionId',
    name: 'search-versions-versionId',
    tag,
    summary: 'Get a version',
    description: 'Its status, and which of its contents it is.',
    schema: { params: versionParams },
    responses: { 200: json('The version.', VersionSchema), 404: notFound },
    handler: async (request, reply) => {
      return sendRead(request, reply, versionJson(await search(request).versions.get(request.params.versionId)));
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/search/versions/:versionId/embeddings',
    body: 'large',
    name: 'search-versions-versionId-embeddings',
    tag,
    summary: 'Add vectors to a version',
    description:
      'One for each segment and model; those that are there are replaced. At most 1000 in a request. They are as long ' +
      'as this server keeps them, and of unit length. `POST /search` searches those of a model.',
    schema: { params: versionParams, body: EmbeddingsInputSchema },
    responses: { 200: json('How many were written.', WrittenSchema), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      const { model } = request.body;
      const embeddings = request.body.embeddings.map(({ segment_id: segmentId, vector }) => ({
        segmentId,
        model,
        vector: Float32Array.from(vector),
      }));
      const written = await search(request).versions.putEmbeddings(request.params.versionId, embeddings);
      return sendJson(reply, JSON.stringify({ written }));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/search/versions/:versionId/publish',
    name: 'search-versions-versionId-publish',
    tag,
    summary: 'Publish a version',
    description:
      'In one step searches show it in place of the version before, which is archived. An archived version can be ' +
      'published again while it is there.',
    schema: { params: versionParams },
    responses: {
      200: json('The asset, which shows it now.', AssetSchema),
      400: badBody,
      404: notFound,
      409: transcriptConflict,
    },
    handler: async (request, reply) => {
      const asset = await search(request).versions.publish(request.params.versionId);
      return sendJson(reply, JSON.stringify(assetJson(asset)));
    },
  });
}

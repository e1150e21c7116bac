import type { Static } from 'typebox';
import { Type } from '../../../shared/type-builder.ts';
import type { ExrFileFilter } from '../rules/exr-file.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import {
  ExrFileSummarySchema,
  ExrFormerHeaderSchema,
  ExrInspectionSchema,
  ExrSequenceSchema,
  ExrSimilarSchema,
} from '../schemas/exr.ts';
import { exrFileParams, exrListQuery, exrSequenceQuery, exrSimilarQuery } from '../schemas/exr-requests.ts';
import { badQuery, json, noBody, notFound, pagingHeaders } from '../../../http/schemas/responses.ts';
import { sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { ExrContext } from './exr-context.ts';

/** `/exr/files` and `/exr/sequences`: inspected files. */
export function exrFiles(app: TamsApp, { exr, paging }: ExrContext): void {
  readOperation(app, {
    url: '/exr/files',
    name: 'exr-files',
    tag: 'EXR metadata',
    summary: 'List EXR files by what their headers say',
    description: 'All filters that are given have to hold.',
    schema: { querystring: exrListQuery },
    responses: {
      200: json('The files, by path.', Type.Array(ExrFileSummarySchema), pagingHeaders),
      400: badQuery,
    },
    handler: (request, reply) => {
      const filter = filterOf(request.query);
      return paging.send(request, reply, (page) => exr(request).files.list(filter, page));
    },
  });

  readOperation(app, {
    url: '/exr/files/:fileId',
    name: 'exr-files-fileId',
    tag: 'EXR metadata',
    summary: 'Get all that the header of a file says',
    description: 'Parts, channels, attributes, statistics and problems, as they were read last.',
    schema: { params: exrFileParams },
    responses: { 200: json('The file.', ExrInspectionSchema), 404: notFound },
    handler: async (request, reply) => {
      const file = await exr(request).files.get(request.params.fileId);
      return sendRead(request, reply, file);
    },
  });

  readOperation(app, {
    url: '/exr/files/:fileId/history',
    name: 'exr-files-fileId-history',
    tag: 'EXR metadata',
    summary: 'List the headers that a file had before',
    description:
      'Each inspection that finds another header keeps the one before it, where `EXR_KEEP_HISTORY` is set: the last 20 of ' +
      'a file. Long headers are cut: `is_complete` says so.',
    schema: { params: exrFileParams },
    responses: { 200: json('The headers, the newest first.', Type.Array(ExrFormerHeaderSchema)), 404: notFound },
    handler: async (request, reply) => {
      const headers = await exr(request).files.history(request.params.fileId);
      return sendRead(request, reply, headers);
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/exr/files/:fileId',
    name: 'exr-files-fileId',
    tag: 'EXR metadata',
    summary: 'Forget what was read of a file',
    description: 'The file itself stays; inspecting it brings all back.',
    schema: { params: exrFileParams },
    responses: { 204: noBody('Forgotten.'), 404: notFound },
    handler: async (request, reply) => {
      await exr(request).files.remove(request.params.fileId);
      return reply.code(204).send();
    },
  });

  readOperation(app, {
    url: '/exr/files/:fileId/similar',
    name: 'exr-files-fileId-similar',
    tag: 'EXR metadata',
    summary: 'List files that are built like this one',
    description:
      'The most alike first, by the cosine of two vectors: 1 is the same structure. Names, times and pixels do not count.',
    schema: { params: exrFileParams, querystring: exrSimilarQuery },
    responses: {
      200: json('The files, those most alike first.', Type.Array(ExrSimilarSchema), pagingHeaders),
      400: badQuery,
      404: notFound,
    },
    handler: (request, reply) => {
      const { by, part = 0 } = request.query;
      const likeness = by === 'channels' ? ({ by, part } as const) : ({ by: 'metadata' } as const);
      const { fileId } = request.params;
      return paging.send(request, reply, (page) => exr(request).files.similar(fileId, likeness, page));
    },
  });

  readOperation(app, {
    url: '/exr/sequences',
    name: 'exr-sequences',
    tag: 'EXR metadata',
    summary: 'List sequences, with the frames that are missing',
    description: 'Files whose paths differ in nothing but the frame number are one sequence.',
    schema: { querystring: exrSequenceQuery },
    responses: {
      200: json('The sequences, by path.', Type.Array(ExrSequenceSchema), pagingHeaders),
      400: badQuery,
    },
    handler: (request, reply) => {
      const { path_prefix: pathPrefix = '' } = request.query;
      return paging.send(request, reply, (page) => exr(request).sequences.list(pathPrefix, page));
    },
  });
}

const ATTRIBUTE = 'attribute.';
const ATTRIBUTE_EXISTS = 'attribute_exists.';

function filterOf(query: Static<typeof exrListQuery>): ExrFileFilter {
  const { path_prefix: pathPrefix, channel, layer, compression, type, width, height, deep, tiled, failed } = query;
  const attributes = new Map<string, string>();
  const attributesExist = new Map<string, boolean>();
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith(ATTRIBUTE)) attributes.set(name.slice(ATTRIBUTE.length), String(value));
    else if (name.startsWith(ATTRIBUTE_EXISTS))
      attributesExist.set(name.slice(ATTRIBUTE_EXISTS.length), value === true);
  }
  const plain = { pathPrefix, channel, layer, compression, type, width, height, deep, tiled, failed };
  return { ...plain, attributes, attributesExist };
}

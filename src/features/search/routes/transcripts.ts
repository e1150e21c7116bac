import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from '../../../shared/type-builder.ts';
import { toWebVtt, type VersionTranscript } from '../services/transcript-service.ts';
import type { TranscriptText } from '../rules/searchable-transcript.ts';
import { AppError } from '../../../shared/errors.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import {
  badBody,
  badQuery,
  json,
  noBody,
  notFound,
  type ResponseDoc,
  transcriptConflict,
} from '../../../http/schemas/responses.ts';
import {
  assetParams,
  TranscriptInputSchema,
  transcriptPutQuery,
  transcriptQuery,
  TranscriptSchema,
  versionParams,
  VersionSchema,
} from '../schemas/search-assets.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { type SearchContext, transcriptJson, versionJson } from './search-context.ts';

const tag = 'MediaSearch';

/** The formats that are taken, by media type. */
const FORMATS: Readonly<Record<string, TranscriptText['format']>> = {
  'application/json': 'json',
  'text/vtt': 'webvtt',
  'application/x-subrip': 'srt',
  'application/ttml+xml': 'ttml',
};
const VTT_TYPE = 'text/vtt; charset=utf-8';

const shown: ResponseDoc = {
  description: 'The transcript, in the segments that searches find.',
  content: { 'application/json': { schema: TranscriptSchema }, 'text/vtt': { schema: Type.String() } },
};

/** A body of one of several types: the framework reads `content`, which is no keyword of JSON Schema. */
const body = Type.Unsafe<string>({
  content: Object.fromEntries(
    Object.keys(FORMATS).map((type) => [
      type,
      { schema: type === 'application/json' ? TranscriptInputSchema : Type.String() },
    ]),
  ),
});

/** Any body reaches the handler as text, whose parser reports errors. */
const asText = (value: unknown): { value: unknown } => ({ value });

/**
 * `.../transcript`: transcripts in and out. Register it in a scope of its own, where bodies of these types, JSON
 * included, are texts.
 */
export function searchTranscripts(app: TamsApp, { search }: SearchContext): void {
  app.removeAllContentTypeParsers();
  const types = Object.keys(FORMATS);
  app.addContentTypeParser(types, { parseAs: 'string' }, (_request, text, done) => done(null, text));
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(new AppError('unsupported_media_type', `The transcript must be one of ${types.join(', ')}`));
  });

  readOperation(app, {
    url: '/search/assets/:assetId/transcript',
    name: 'search-assets-assetId-transcript',
    tag,
    summary: 'Get the published transcript of an asset',
    description: 'As JSON or WebVTT, as `Accept` or `format` asks for.',
    schema: { params: assetParams, querystring: transcriptQuery },
    responses: { 200: shown, 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      const transcript = await search(request).transcripts.ofAsset(request.params.assetId);
      return sendTranscript(request, reply, transcript, request.query.format);
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/search/assets/:assetId/transcript',
    body: 'large',
    name: 'search-assets-assetId-transcript',
    tag,
    summary: 'Make a transcript searchable',
    description:
      'Makes a version of the asset, cut into segments and with vectors, and publishes it: it is found when this is ' +
      'answered. The same transcript again, in whatever format, is the same version. Where the embedder fails the ' +
      'status is `index_partial`: found by words only.',
    schema: { params: assetParams, querystring: transcriptPutQuery, body },
    validateBody: asText,
    responses: {
      200: json('The version, which searches show now.', VersionSchema),
      400: badBody,
      404: notFound,
      409: transcriptConflict,
    },
    handler: async (request, reply) => {
      const given = readGiven(request, request.query.language);
      const version = await search(request).transcripts.putOnAsset(request.params.assetId, given);
      return sendJson(reply, JSON.stringify(versionJson(version)));
    },
  });

  readOperation(app, {
    url: '/search/versions/:versionId/transcript',
    name: 'search-versions-versionId-transcript',
    tag,
    summary: 'Get the transcript of a version',
    description: 'As JSON, with the ids that embeddings name, or as WebVTT, as `Accept` or `format` asks for.',
    schema: { params: versionParams, querystring: transcriptQuery },
    responses: { 200: shown, 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      const transcript = await search(request).transcripts.ofVersion(request.params.versionId);
      return sendTranscript(request, reply, transcript, request.query.format);
    },
  });

  operation(app, {
    method: 'PUT',
    url: '/search/versions/:versionId/transcript',
    body: 'large',
    name: 'search-versions-versionId-transcript',
    tag,
    summary: 'Give a version its transcript',
    description:
      'Nothing of it is found before the version is published. One that was published cannot be changed. Of two that are ' +
      'put at once the one that came last is kept.',
    schema: { params: versionParams, querystring: transcriptPutQuery, body },
    validateBody: asText,
    responses: {
      200: json('The segments that it was cut into.', TranscriptSchema),
      400: badBody,
      404: notFound,
      409: transcriptConflict,
    },
    handler: async (request, reply) => {
      const given = readGiven(request, request.query.language);
      const transcript = await search(request).transcripts.putOnVersion(request.params.versionId, given);
      return sendJson(reply, JSON.stringify(transcriptJson(transcript)));
    },
  });

  operation(app, {
    method: 'DELETE',
    url: '/search/versions/:versionId/transcript',
    name: 'search-versions-versionId-transcript',
    tag,
    summary: 'Remove the transcript of a version',
    description: 'From now on nothing that was said in it is found.',
    schema: { params: versionParams },
    responses: { 204: noBody('Removed.'), 404: notFound },
    handler: async (request, reply) => {
      await search(request).transcripts.remove(request.params.versionId);
      return reply.code(204).send();
    },
  });
}

function readGiven(
  { headers, body: text }: Pick<FastifyRequest, 'headers'> & { readonly body: unknown },
  language: string | undefined,
): TranscriptText {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = FORMATS[type];
  if (typeof text !== 'string' || text === '' || format === undefined) {
    throw new AppError('invalid_request', 'body is required: a transcript', { field: 'body' });
  }
  return { text, format, language };
}

function sendTranscript(
  request: Pick<FastifyRequest, 'method' | 'headers'>,
  reply: Pick<FastifyReply, 'header' | 'send'>,
  transcript: VersionTranscript,
  format: 'json' | 'webvtt' | undefined,
): unknown {
  reply.header('vary', 'Accept');
  if ((format ?? acceptedFormat(request.headers.accept)) === 'json') {
    return sendRead(request, reply, transcriptJson(transcript));
  }
  reply.header('content-type', VTT_TYPE);
  return request.method === 'HEAD' ? reply.send() : reply.send(toWebVtt(transcript));
}

/** WebVTT if the client prefers it to JSON, else JSON (RFC 9110, 12.5.1). Of equal weights the first counts. */
function acceptedFormat(accept = ''): 'json' | 'webvtt' {
  const wanted = accept
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, weight: Number(weight ?? 1) };
    })
    .filter(({ type, weight }) => weight > 0 && (type === 'text/vtt' || type === 'application/json'))
    .sort((a, b) => b.weight - a.weight);
  return wanted[0]?.type === 'text/vtt' ? 'webvtt' : 'json';
}
